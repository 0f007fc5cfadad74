"""A minimal service for tests of the runtime.

Handles `toy.add` (adds to a counter), `toy.act` and `toy.act_once` (side effects on a world that
the test holds), `toy.print` (bulk work), `toy.weighed` (an event), `toy.get` and `service.health`;
publishes `toy.added` and, to itself, `toy.tidy`.
"""
