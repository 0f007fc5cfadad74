"""What is paid in cash: a multiple of the smallest coin. The order costs what it costs; only what
is due is rounded.

`balance` is what an order costs and was not paid, to the cent; negative where more was paid. `coin`
is the smallest coin of what is still to be paid, `back_coin` of what is given back; 1 where it is
not cash.
"""


def payable(amount: int, coin: int) -> int:
    """Return the multiple of `coin` that is nearest to an amount. A half goes up also below zero:
    so what was paid and what is due add up to the rounded whole, whichever part is paid first.
    """
    return (2 * amount + coin) // (2 * coin) * coin


def due(balance: int, coin: int, back_coin: int = 1, credit: int = 0, *, money: bool = True) -> int:
    """Return what is still to be paid, or, negative, can be given back. Of the latter `credit` at
    most goes back as store credit, to the cent. A rest below a coin is nothing where `money` was
    paid, which may have been rounded.
    """
    rounded = payable(balance, coin if money or balance > 0 else 1)
    if rounded >= 0:
        return rounded
    as_credit = min(credit, -balance)
    return payable(balance + as_credit, back_coin) - as_credit
