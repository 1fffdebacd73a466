"""TEMPORARY stand-in until the real file lands."""
class ReplayError(Exception): ...
def replay(system, start, steps):
    states=[start]
    for s in steps: states.append(system.after(states[-1], s))
    return states
