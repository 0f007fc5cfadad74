"""A service small enough to be understood at a glance, on which the runtime is tested.

Takes `toy.add` (adds to a counter), `toy.act` and `toy.act_once` (touch a world that the test
holds), `toy.weighed` (an event), `toy.get` and `service.health`; tells `toy.added` and, to itself,
`toy.tidy`.
"""
