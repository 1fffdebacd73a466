; Two controllers get new firmware: update.toml against update.spec.toml, written by twinrom.
; Sizes: no sorts. Faults: no limit.
; Each check-sat asks for one property: sat is a violation in at most 1
; steps, unsat none. First: may the system start at all (sat), and does an assignment
; leave its sort (sat is a mistake of the model; a step that does is left out).
; Responses and possible properties are not in this file.
(set-logic QF_BV)
(define-sort Number () (_ BitVec 3))
; state of Controller
(define-fun Controller__running () Number #b000)
(define-fun Controller__modified () Number #b001)
(define-fun Controller__resetting () Number #b010)
(define-fun InSorts ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool)) Bool
  (and true (bvsle #b000 A__state) (bvsle A__state #b010) (bvsle #b000 B__state) (bvsle B__state #b010)))
(define-fun Init ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool)) Bool
  (and true (= Controller__running A__state) (= Controller__running B__state) (not A__busy) (not B__busy)))

; io_starts[this=A], by host
(define-fun can__io_starts_this_A ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool)) Bool
  true)
(define-fun does__io_starts_this_A ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool) (A__state! Number) (A__busy! Bool) (B__state! Number) (B__busy! Bool)) Bool (and
  (can__io_starts_this_A A__state A__busy B__state B__busy)
  (= A__state! A__state)
  (= A__busy! true)
  (= B__state! B__state)
  (= B__busy! B__busy)
))

; io_starts[this=B], by host
(define-fun can__io_starts_this_B ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool)) Bool
  true)
(define-fun does__io_starts_this_B ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool) (A__state! Number) (A__busy! Bool) (B__state! Number) (B__busy! Bool)) Bool (and
  (can__io_starts_this_B A__state A__busy B__state B__busy)
  (= A__state! A__state)
  (= A__busy! A__busy)
  (= B__state! B__state)
  (= B__busy! true)
))

; copied[this=A], by controller
; when A is running
(define-fun can__copied_this_A ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool)) Bool
  (= Controller__running A__state))
(define-fun does__copied_this_A ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool) (A__state! Number) (A__busy! Bool) (B__state! Number) (B__busy! Bool)) Bool (and
  (can__copied_this_A A__state A__busy B__state B__busy)
  (= A__state! Controller__modified)
  (= A__busy! A__busy)
  (= B__state! B__state)
  (= B__busy! B__busy)
))

; copied[this=B], by controller
; when B is running
(define-fun can__copied_this_B ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool)) Bool
  (= Controller__running B__state))
(define-fun does__copied_this_B ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool) (A__state! Number) (A__busy! Bool) (B__state! Number) (B__busy! Bool)) Bool (and
  (can__copied_this_B A__state A__busy B__state B__busy)
  (= A__state! A__state)
  (= A__busy! A__busy)
  (= B__state! Controller__modified)
  (= B__busy! B__busy)
))

; reset[this=A], by controller
; when A is modified
(define-fun can__reset_this_A ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool)) Bool
  (= Controller__modified A__state))
(define-fun does__reset_this_A ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool) (A__state! Number) (A__busy! Bool) (B__state! Number) (B__busy! Bool)) Bool (and
  (can__reset_this_A A__state A__busy B__state B__busy)
  (= A__state! Controller__resetting)
  (= A__busy! A__busy)
  (= B__state! B__state)
  (= B__busy! B__busy)
))

; reset[this=B], by controller
; when B is modified
(define-fun can__reset_this_B ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool)) Bool
  (= Controller__modified B__state))
(define-fun does__reset_this_B ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool) (A__state! Number) (A__busy! Bool) (B__state! Number) (B__busy! Bool)) Bool (and
  (can__reset_this_B A__state A__busy B__state B__busy)
  (= A__state! A__state)
  (= A__busy! A__busy)
  (= B__state! Controller__resetting)
  (= B__busy! B__busy)
))

(define-fun Idle ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool) (A__state! Number) (A__busy! Bool) (B__state! Number) (B__busy! Bool)) Bool
  (and true (= A__state! A__state) (= A__busy! A__busy) (= B__state! B__state) (= B__busy! B__busy)))
(define-fun Trans ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool) (A__state! Number) (A__busy! Bool) (B__state! Number) (B__busy! Bool)) Bool (or false
  (Idle A__state A__busy B__state B__busy A__state! A__busy! B__state! B__busy!)
  (does__io_starts_this_A A__state A__busy B__state B__busy A__state! A__busy! B__state! B__busy!)
  (does__io_starts_this_B A__state A__busy B__state B__busy A__state! A__busy! B__state! B__busy!)
  (does__copied_this_A A__state A__busy B__state B__busy A__state! A__busy! B__state! B__busy!)
  (does__copied_this_B A__state A__busy B__state B__busy A__state! A__busy! B__state! B__busy!)
  (does__reset_this_A A__state A__busy B__state B__busy A__state! A__busy! B__state! B__busy!)
  (does__reset_this_B A__state A__busy B__state B__busy A__state! A__busy! B__state! B__busy!)
))

(declare-const A__state@0 Number)
(declare-const A__busy@0 Bool)
(declare-const B__state@0 Number)
(declare-const B__busy@0 Bool)
(assert (InSorts A__state@0 A__busy@0 B__state@0 B__busy@0))
(assert (Init A__state@0 A__busy@0 B__state@0 B__busy@0))
(declare-const A__state@1 Number)
(declare-const A__busy@1 Bool)
(declare-const B__state@1 Number)
(declare-const B__busy@1 Bool)
(assert (InSorts A__state@1 A__busy@1 B__state@1 B__busy@1))
(assert (Trans A__state@0 A__busy@0 B__state@0 B__busy@0 A__state@1 A__busy@1 B__state@1 B__busy@1))
; can the system start?
(check-sat)

; leaves_its_sort
(define-fun bad__leaves_its_sort ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool)) Bool
  false)
(push 1)
(assert (or false (bad__leaves_its_sort A__state@0 A__busy@0 B__state@0 B__busy@0)))
(check-sat)
(pop 1)

; busy_controller_is_never_reset
(define-fun bad__busy_controller_is_never_reset ((A__state Number) (A__busy Bool) (B__state Number) (B__busy Bool)) Bool
  (or false (and (can__reset_this_A A__state A__busy B__state B__busy) (and (or A__busy B__busy) (not (or (not A__busy) (= Controller__resetting A__state))))) (and (can__reset_this_B A__state A__busy B__state B__busy) (and (or A__busy B__busy) (not (or (not B__busy) (= Controller__resetting B__state)))))))
(push 1)
(assert (or false (bad__busy_controller_is_never_reset A__state@0 A__busy@0 B__state@0 B__busy@0)))
(check-sat)
(pop 1)
(exit)
