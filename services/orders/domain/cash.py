"""Cash rounding: a cash payment is a multiple of the smallest coin.

The totals of the order stay exact; only the amount due is rounded. `balance` is the total less the
payments, exact; negative if more was paid. `coin` is the smallest coin for the payment still due,
`back_coin` for money given back; 1 if the payment is not in cash.
"""


def payable(amount: int, coin: int) -> int:
    """Return the multiple of `coin` that is nearest to an amount.

    Halves are rounded up also below zero: so the parts paid and due add up to the rounded total, in
    whichever order they are paid.
    """
    return (2 * amount + coin) // (2 * coin) * coin


def due(balance: int, coin: int, back_coin: int = 1, credit: int = 0, *, money: bool = True) -> int:
    """Return the amount still due; negative if money can be given back.

    Of the latter, up to `credit` is given back as store credit, which is not rounded. A balance
    below half a coin counts as nothing if `money` was paid, since that payment may have been
    rounded.
    """
    rounded = payable(balance, coin if money or balance > 0 else 1)
    if rounded >= 0:
        return rounded
    as_credit = min(credit, -balance)
    return payable(balance + as_credit, back_coin) - as_credit
