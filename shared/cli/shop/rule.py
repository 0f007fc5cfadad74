"""`aftercart rule`: list, show and put cart rules, which discount carts by conditions."""

from shared.cli.definitions import Definitions

rule = Definitions(
    noun="cart_rule",
    key="rule_id",
    title="cart rule",
    listed="rules",
    inner="rule",
    removed_by="disable",
).group("rule")
