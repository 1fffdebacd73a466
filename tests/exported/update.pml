/* Two controllers get new firmware: update.toml against update.spec.toml, written by twinrom. */
/* Sizes: no sorts. Faults: no limit. */
/* spin -o2 -a FILE && gcc -O1 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan */
/* Shortest counterexample: add -DBFS to gcc; then spin -t FILE shows its steps. */
/* One property, or none: add -DCHECK=name or -DCHECK=nothing to spin. */
/* SPIN stores one state more than there are: its own first one. It counts that one and the */
/* initial states as transitions too. Responses and possible properties are not in this file. */

/* What CHECK can be: everything, nothing, or one of the properties. */
#define everything -1
#define nothing 0
#define busy_controller_is_never_reset 1
#ifndef CHECK
#define CHECK everything
#endif

/* state of Controller */
#define Controller__running 0
#define Controller__modified 1
#define Controller__resetting 2

unsigned A__state : 2 = Controller__running;  /* A: state of Controller */
unsigned A__busy : 1 = false;  /* A.busy: bool */
unsigned B__state : 2 = Controller__running;  /* B: state of Controller */
unsigned B__busy : 1 = false;  /* B.busy: bool */

init {
  atomic {
    skip
  };
end:
  do

  /* io_starts[this=A], by host */
  :: d_step { (true) ->
       printf("io_starts(this=A)\n")
       ; A__busy = true
     }

  /* io_starts[this=B], by host */
  :: d_step { (true) ->
       printf("io_starts(this=B)\n")
       ; B__busy = true
     }

  /* copied[this=A], by controller */
  /* when A is running */
  :: d_step { A__state == Controller__running ->
       printf("copied(this=A)\n")
       ; A__state = Controller__modified
     }

  /* copied[this=B], by controller */
  /* when B is running */
  :: d_step { B__state == Controller__running ->
       printf("copied(this=B)\n")
       ; B__state = Controller__modified
     }

  /* reset[this=A], by controller */
  /* when A is modified */
  :: d_step { A__state == Controller__modified ->
       printf("reset(this=A)\n")
#if CHECK == everything || CHECK == busy_controller_is_never_reset
       ; if :: (A__busy || B__busy) && !(!A__busy || A__state == Controller__resetting) -> printf("broken: busy_controller_is_never_reset\n"); assert(false) :: else fi
#endif
       ; A__state = Controller__resetting
     }

  /* reset[this=B], by controller */
  /* when B is modified */
  :: d_step { B__state == Controller__modified ->
       printf("reset(this=B)\n")
#if CHECK == everything || CHECK == busy_controller_is_never_reset
       ; if :: (A__busy || B__busy) && !(!B__busy || B__state == Controller__resetting) -> printf("broken: busy_controller_is_never_reset\n"); assert(false) :: else fi
#endif
       ; B__state = Controller__resetting
     }
  od
}
