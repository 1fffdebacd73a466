"""Models with any number of machines of one template, as text."""

from __future__ import annotations

# A console that takes out one server after the other: it looks at all of them first, and its
# target is a reference. `any` stands in a guard, `count` in another.
ROLLOUT = """
title = "A small rollout"
[sort]
Revision = "1..2"
[machine.Server]
instances = "s1..s2"
states = ["up", "flashing", "down"]
initial = "up"
vars = { revision = { sort = "Revision", initial = "1" } }
[machine.console]
states = ["rolling", "stopped"]
vars = { target = { sort = "Server?", initial = "none" } }
[define]
k = 1
"out(s)" = "s is not up"
[rule.flash]
by = "controller"
each = { this = "Server" }
moves = "this: up -> flashing"
when = ["console is rolling", "count(out(s) for s in Server) < k", "this.revision == 1"]
sets = "console.target = this"
[rule.comes_up]
by = "controller"
each = { this = "Server" }
moves = "this: flashing -> up"
sets = ["this.revision = 2", "console.target = none"]
[rule.fails]
by = "fault"
each = { this = "Server" }
moves = "this: flashing -> down"
[rule.stops]
by = "controller"
moves = "console: rolling -> stopped"
when = "any(s is down for s in Server)"
[rule.is_mended]
by = "operator"
each = { this = "Server" }
moves = ["this: down -> up", "console: stopped -> rolling"]
sets = ["console.target = none"]
"""
ROLLOUT_SPEC = """
[ends]
when = "all(s.revision == 2 for s in Server)"
[invariant.few_are_out]
must = "count(out(s) for s in Server) <= k"
[invariant.the_target_is_out]
must = "console.target == none or out(console.target)"
[invariant.who_is_out_is_the_target]
each = { this = "Server" }
whenever = "out(this)"
must = "console.target == this"
[step.only_old_ones_are_flashed]
each = { this = "Server" }
whenever = "this is up and next(this is flashing)"
must = "this.revision == 1"
[step.it_stops_for_a_failure]
whenever = "event is stops"
must = "any(s is down for s in Server)"
[response.nobody_stays_out]
whenever = "any(s is flashing for s in Server)"
eventually = "all(s is not flashing for s in Server)"
"""

# A lock: several may read, or one writes; who waits is served when an `any` says that it may be.
LOCK = """
title = "Readers and writers"
[machine.Client]
instances = "c1..c2"
states = ["idle", "waiting", "reading", "writing"]
initial = "idle"
[rule.asks]
by = "host"
each = { this = "Client" }
moves = "this: idle -> waiting"
[rule.reads]
by = "controller"
on = "granted"
nondeterministic = true
each = { this = "Client" }
moves = "this: waiting -> reading"
when = "not any(c is writing for c in Client)"
[rule.writes]
by = "controller"
on = "granted"
nondeterministic = true
each = { this = "Client" }
moves = "this: waiting -> writing"
when = "all(c in (idle, waiting) for c in Client)"
[rule.leaves]
by = "host"
each = { this = "Client" }
moves = "this: reading, writing -> idle"
"""
LOCK_SPEC = """
[invariant.one_writes]
must = "count(c is writing for c in Client) <= 1"
[invariant.nobody_reads_what_is_written]
each = { this = "Client", other = "Client" }
whenever = "this is writing"
must = "other is not reading"
"""

# Safe with three clients and fewer: the hub is overloaded by the fourth that waits.
HUB = """
title = "A hub with room for so many"
[machine.Client]
instances = "c1..c2"
states = ["idle", "waiting"]
initial = "idle"
[machine.hub]
states = ["calm", "overloaded"]
[define]
room = 3
[rule.asks]
by = "host"
each = { this = "Client" }
moves = "this: idle -> waiting"
[rule.is_served]
by = "controller"
each = { this = "Client" }
moves = "this: waiting -> idle"
[rule.breaks_down]
by = "controller"
moves = "hub: calm -> overloaded"
when = "count(c is waiting for c in Client) > room"
"""
HUB_SPEC = """
[invariant.the_hub_is_calm]
must = "hub is calm"
[step.who_waits_asked]
each = { this = "Client" }
whenever = "this is idle and next(this is waiting)"
must = "event is asks"
"""
