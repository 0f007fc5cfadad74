"""`aftercart rule`: cart rules, which make carts that meet their conditions cheaper."""

from shared.cli.definitions import Definitions

rule = Definitions(
    noun="cart_rule",
    key="rule_id",
    title="cart rule",
    listed="rules",
    inner="rule",
    removed_by="disable",
).group("rule")
