---- MODULE update ----
\* Two controllers get new firmware: update.toml against update.spec.toml, written by twinrom.
\* Sizes: no sorts. Faults: no limit.
\* java -jar tla2tools.jar -deadlock FILE
\* A state without a step is no error of the module: -deadlock keeps TLC from looking for one.
\* Distinct states are as many as twinrom counts; states generated are its transitions and
\* initial states together. A step property says of a state that no possible step breaks it:
\* its counterexample ends one step early. Responses and possible properties are not here.
EXTENDS Integers

\* state of Controller
Controller__running == 0
Controller__modified == 1
Controller__resetting == 2
VARIABLES A__state, A__busy, B__state, B__busy
vars == <<A__state, A__busy, B__state, B__busy>>

Init ==
  /\ A__state = Controller__running
  /\ A__busy = FALSE
  /\ B__state = Controller__running
  /\ B__busy = FALSE

can__io_starts_this_A == TRUE
\* io_starts[this=A], by host
does__io_starts_this_A ==
  \/ /\ can__io_starts_this_A
     /\ A__busy' = (TRUE)
     /\ UNCHANGED <<A__state, B__state, B__busy>>

can__io_starts_this_B == TRUE
\* io_starts[this=B], by host
does__io_starts_this_B ==
  \/ /\ can__io_starts_this_B
     /\ B__busy' = (TRUE)
     /\ UNCHANGED <<A__state, A__busy, B__state>>

can__copied_this_A == A__state = Controller__running
\* copied[this=A], by controller
\* when A is running
does__copied_this_A ==
  \/ /\ can__copied_this_A
     /\ A__state' = (Controller__modified)
     /\ UNCHANGED <<A__busy, B__state, B__busy>>

can__copied_this_B == B__state = Controller__running
\* copied[this=B], by controller
\* when B is running
does__copied_this_B ==
  \/ /\ can__copied_this_B
     /\ B__state' = (Controller__modified)
     /\ UNCHANGED <<A__state, A__busy, B__busy>>

can__reset_this_A == A__state = Controller__modified
\* reset[this=A], by controller
\* when A is modified
does__reset_this_A ==
  \/ /\ can__reset_this_A
     /\ A__state' = (Controller__resetting)
     /\ UNCHANGED <<A__busy, B__state, B__busy>>

can__reset_this_B == B__state = Controller__modified
\* reset[this=B], by controller
\* when B is modified
does__reset_this_B ==
  \/ /\ can__reset_this_B
     /\ B__state' = (Controller__resetting)
     /\ UNCHANGED <<A__state, A__busy, B__busy>>

Next ==
  \/ does__io_starts_this_A
  \/ does__io_starts_this_B
  \/ does__copied_this_A
  \/ does__copied_this_B
  \/ does__reset_this_A
  \/ does__reset_this_B
\* What happens by itself is weakly fair.
Spec == Init /\ [][Next]_vars
  /\ WF_vars(does__copied_this_A)
  /\ WF_vars(does__copied_this_B)
  /\ WF_vars(does__reset_this_A)
  /\ WF_vars(does__reset_this_B)

InSorts ==
  /\ A__state \in 0..2
  /\ A__busy \in BOOLEAN
  /\ B__state \in 0..2
  /\ B__busy \in BOOLEAN
busy_controller_is_never_reset ==
  /\ ~(can__reset_this_A /\ ((A__busy \/ B__busy) /\ ~(~A__busy \/ A__state = Controller__resetting)))
  /\ ~(can__reset_this_B /\ ((A__busy \/ B__busy) /\ ~(~B__busy \/ B__state = Controller__resetting)))
====================
SPECIFICATION Spec
INVARIANT InSorts
INVARIANT busy_controller_is_never_reset
