; Text of the generated code that is the same for every model. The parts are filled in and put
; together by kernel.py; `$K` is the type of a key, `$M` that of a mask over table choices, `$c_...`
; the address of a field of the space (see FIELDS there).
;;; common
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
declare $M @llvm.cttz.$M($M, i1)
declare $M @llvm.ctpop.$M($M)

define void @note(ptr %hits, i64 %check, $M %mask, i64 %index, i64 %ordinal) {
  %some = icmp ne $M %mask, 0
  br i1 %some, label %one, label %done
one:
  %hit = getelementptr %hit, ptr %hits, i64 %check
  %open = load i64, ptr %hit
  %first = icmp ne i64 %open, 0
  br i1 %first, label %write, label %done
write:
  store i64 0, ptr %hit
  %a = getelementptr %hit, ptr %hit, i32 0, i32 1
  store i64 %index, ptr %a
  %b = getelementptr %hit, ptr %hit, i32 0, i32 2
  store i64 %ordinal, ptr %b
  %c = getelementptr %hit, ptr %hit, i32 0, i32 3
  %low = call $M @llvm.cttz.$M($M %mask, i1 false)
  $bit
  store i64 %bit, ptr %c
  br label %done
done:
  ret void
}

define void @inspect_all(i64 %from, i64 %upto) {
entry:
  %keys = load ptr, ptr $c_keys
  %masks = load ptr, ptr $c_masks
  %hits = load ptr, ptr $c_hits
  %gates = load ptr, ptr $c_gates
  %any = icmp ult i64 %from, %upto
  br i1 %any, label %loop, label %done
loop:
  %i = phi i64 [%from, %entry], [%next, %loop]
  %kp = getelementptr $K, ptr %keys, i64 %i
  %key = load $K, ptr %kp
  $load_mask
  call void @inspect($K %key, $M %mask, i64 %i, ptr %hits, ptr %gates)
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %upto
  br i1 %more, label %loop, label %done
done:
  ret void
}

define i64 @expand() {
entry:
  %keys = load ptr, ptr $c_keys
  %masks = load ptr, ptr $c_masks
  %hits = load ptr, ptr $c_hits
  %gates = load ptr, ptr $c_gates
  %out = load ptr, ptr $c_candidates
  %upto = load i64, ptr $c_upto
  %table = load ptr, ptr $c_table
  %shift = load i64, ptr $c_shift
  %block = load i64, ptr $c_block
  %full = getelementptr %candidate, ptr %out, i64 $prefetch
  %begun = load i64, ptr $c_at
  %phase = load i64, ptr $c_phase
  %outer = icmp ne i64 %phase, 0
  %steps = select i1 %outer, ptr @by_environment, ptr @automatic
  br label %again
again:
  %i0 = phi i64 [%begun, %entry], [%reached, %looked]
  %left = icmp ult i64 %i0, %upto
  br i1 %left, label %room, label %finished
finished:
  ret i64 0
room:
  %used = load i64, ptr $c_used
  %used2 = add i64 %used, %block
  %most = load i64, ptr $c_most_used
  %fits = icmp ule i64 %used2, %most
  br i1 %fits, label %room2, label %grow
grow:
  ret i64 1
room2:
  %length = load i64, ptr $c_length
  %length2 = add i64 %length, %block
  %most2 = load i64, ptr $c_most_length
  %fits2 = icmp ule i64 %length2, %most2
  br i1 %fits2, label %make, label %longer
longer:
  ret i64 2
make:
  %i = phi i64 [%i0, %room2], [%next, %made]
  %to = phi ptr [%out, %room2], [%end, %made]
  %kp = getelementptr $K, ptr %keys, i64 %i
  %key = load $K, ptr %kp
  $load_mask
  %end = call ptr %steps($K %key, $M %mask, i64 %i, ptr %to, ptr %hits, ptr %gates)
  %wrong = icmp eq ptr %end, null
  br i1 %wrong, label %stop, label %made
stop:
  store i64 %i, ptr $c_at
  ret i64 3
made:
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %upto
  %empty = icmp ult ptr %end, %full
  %on = and i1 %more, %empty
  br i1 %on, label %make, label %fetch
fetch:
  %reached = phi i64 [%next, %made]
  %none = icmp eq ptr %out, %end
  br i1 %none, label %looked, label %fetching
fetching:
  %p = phi ptr [%out, %fetch], [%p2, %fetching]
  %fkey = load $K, ptr %p, align 1
  $hash_fetched
  %fslot = getelementptr %slot, ptr %table, i64 %fplace
  call void @llvm.prefetch.p0(ptr %fslot, i32 1, i32 3, i32 1)
  %p2 = getelementptr %candidate, ptr %p, i32 1
  %fmore = icmp ult ptr %p2, %end
  br i1 %fmore, label %fetching, label %fetched
fetched:
  %trans = call i64 @enter(ptr %end)
  %t0 = load i64, ptr $c_transitions
  %t1 = add i64 %t0, %trans
  store i64 %t1, ptr $c_transitions
  br label %looked
looked:
  store i64 %reached, ptr $c_at
  br label %again
}

define i64 @enter(ptr %end) {
entry:
  %out = load ptr, ptr $c_candidates
  %table = load ptr, ptr $c_table
  %shift = load i64, ptr $c_shift
  %slots = load i64, ptr $c_slots
  %last = sub i64 %slots, 1
  %keys = load ptr, ptr $c_keys
  %masks = load ptr, ptr $c_masks
  %layer = load i64, ptr $c_layer
  br label %each
each:
  %p = phi ptr [%out, %entry], [%p2, %done]
  %sum = phi i64 [0, %entry], [%sum2, %done]
  %key = load $K, ptr %p, align 1
  $candidate_mask
  $weight
  %sum2 = add i64 %sum, %weight
  %stored = add $K %key, 1
  $hash
  br label %probe
probe:
  %place = phi i64 [%first, %each], [%second, %clash]
  %slot = getelementptr %slot, ptr %table, i64 %place
  %there = load $K, ptr %slot, align 1
  %same = icmp eq $K %there, %stored
  br i1 %same, label %found, label %other
other:
  %free = icmp eq $K %there, 0
  br i1 %free, label %insert, label %clash
clash:
  %place1 = add i64 %place, 1
  %second = and i64 %place1, %last
  br label %probe
insert:
  store $K %stored, ptr %slot, align 1
  %used = load i64, ptr $c_used
  %used1 = add i64 %used, 1
  store i64 %used1, ptr $c_used
  $model
  $insert
  br label %done
found:
  $found
done:
  %p2 = getelementptr %candidate, ptr %p, i32 1
  %more = icmp ult ptr %p2, %end
  br i1 %more, label %each, label %all
all:
  ret i64 %sum2
}

define i64 @before(i64 %from, i64 %upto, ptr %filter, ptr %targets, i64 %count, ptr %no_hits,
                   ptr %no_gates, i64 %open_yet, i64 %phase) {
entry:
  %outer = icmp ne i64 %phase, 0
  %steps = select i1 %outer, ptr @by_environment, ptr @automatic
  %keys = load ptr, ptr $c_keys
  %masks = load ptr, ptr $c_masks
  %out = load ptr, ptr $c_candidates
  %missing = alloca i64
  store i64 %open_yet, ptr %missing
  br label %each
each:
  %i = phi i64 [%from, %entry], [%i2, %looked]
  %kp = getelementptr $K, ptr %keys, i64 %i
  %key = load $K, ptr %kp
  $load_mask
  %end = call ptr %steps($K %key, $M %mask, i64 %i, ptr %out, ptr %no_hits, ptr %no_gates)
  %wrong = icmp eq ptr %end, null
  %none = icmp eq ptr %end, %out
  %skip = or i1 %wrong, %none
  br i1 %skip, label %looked, label %look
look:
  %p = phi ptr [%out, %each], [%p2, %missed]
  %ckey = load $K, ptr %p, align 1
  $hash_filter
  %filter_at = getelementptr i8, ptr %filter, i64 %fplace
  %hint = load i8, ptr %filter_at
  %maybe = icmp ne i8 %hint, 0
  br i1 %maybe, label %compare, label %missed
compare:
  %t = phi i64 [0, %look], [%t2, %differs]
  %target = getelementptr %target, ptr %targets, i64 %t
  %tkey = load $K, ptr %target, align 1
  %same = icmp eq $K %tkey, %ckey
  br i1 %same, label %choice, label %differs
choice:
  %found_at = getelementptr %target, ptr %target, i32 0, i32 2
  %was = load i64, ptr %found_at, align 1
  %open = icmp eq i64 %was, 0
  $target_choice
  %hit = and i1 %open, %within
  br i1 %hit, label %take, label %differs
take:
  %i1 = add i64 %i, 1
  store i64 %i1, ptr %found_at, align 1
  %ord_from = getelementptr %candidate, ptr %p, i32 0, i32 1
  %ord = load i32, ptr %ord_from, align 1
  %ord_at = getelementptr %target, ptr %target, i32 0, i32 1
  store i32 %ord, ptr %ord_at, align 1
  %m0 = load i64, ptr %missing
  %m1 = sub i64 %m0, 1
  store i64 %m1, ptr %missing
  br label %differs
differs:
  %t2 = add i64 %t, 1
  %tmore = icmp ult i64 %t2, %count
  br i1 %tmore, label %compare, label %missed
missed:
  %p2 = getelementptr %candidate, ptr %p, i32 1
  %more = icmp ult ptr %p2, %end
  br i1 %more, label %look, label %looked
looked:
  %i2 = add i64 %i, 1
  %left = icmp ult i64 %i2, %upto
  %m = load i64, ptr %missing
  %wanted = icmp ne i64 %m, 0
  %on = and i1 %left, %wanted
  br i1 %on, label %each, label %done
done:
  %rest = load i64, ptr %missing
  ret i64 %rest
}

define void @rehash(ptr %old, i64 %count) {
entry:
  %table = load ptr, ptr $c_table
  %shift = load i64, ptr $c_shift
  %slots = load i64, ptr $c_slots
  %last = sub i64 %slots, 1
  br label %each
each:
  %i = phi i64 [0, %entry], [%i2, %done]
  %from = getelementptr %slot, ptr %old, i64 %i
  %stored = load $K, ptr %from, align 1
  %none = icmp eq $K %stored, 0
  br i1 %none, label %done, label %move
move:
  %key = sub $K %stored, 1
  $hash
  br label %probe
probe:
  %place = phi i64 [%first, %move], [%second, %clash]
  %slot = getelementptr %slot, ptr %table, i64 %place
  %there = load $K, ptr %slot, align 1
  %free = icmp eq $K %there, 0
  br i1 %free, label %put, label %clash
clash:
  %place1 = add i64 %place, 1
  %second = and i64 %place1, %last
  br label %probe
put:
  %whole = load %slot, ptr %from, align 1
  store %slot %whole, ptr %slot, align 1
  br label %done
done:
  %i2 = add i64 %i, 1
  %more = icmp ult i64 %i2, %count
  br i1 %more, label %each, label %all
all:
  ret void
}
;;; append
  %length$x = load i64, ptr $c_length
  %kp$x = getelementptr $K, ptr %keys, i64 %length$x
  store $K %key, ptr %kp$x
  $mask
  %next$x = add i64 %length$x, 1
  store i64 %next$x, ptr $c_length
  %pairs$x = load i64, ptr $c_pairs
  $count
  %sum$x = add i64 %pairs$x, %weight$x
  store i64 %sum$x, ptr $c_pairs
;;; append_mask
  %mp$x = getelementptr $M, ptr %masks, i64 %length$x
  store $M $fresh, ptr %mp$x
  %where$x = getelementptr %slot, ptr %slot, i32 0, i32 1
  %short$x = trunc i64 %length$x to i32
  store i32 %short$x, ptr %where$x, align 1
;;; insert_mask
  %own = getelementptr %slot, ptr %slot, i32 0, i32 2
  store $M %mask, ptr %own, align 1
;;; found
  %known_at = getelementptr %slot, ptr %slot, i32 0, i32 2
  %known = load $M, ptr %known_at, align 1
  %differ = xor $M %known, -1
  %fresh = and $M %mask, %differ
  %old = icmp eq $M %fresh, 0
  br i1 %old, label %done, label %join
join:
  %both = or $M %known, %fresh
  store $M %both, ptr %known_at, align 1
  %w_at = getelementptr %slot, ptr %slot, i32 0, i32 1
  %w0 = load i32, ptr %w_at, align 1
  %w = zext i32 %w0 to i64
  %now = icmp uge i64 %w, %layer
  br i1 %now, label %merge, label %append
merge:
  %entry_mask = getelementptr $M, ptr %masks, i64 %w
  %entered = load $M, ptr %entry_mask
  %widened = or $M %entered, %fresh
  store $M %widened, ptr %entry_mask
  %pairs_m = load i64, ptr $c_pairs
  $count_m
  %sum_m = add i64 %pairs_m, %weight_m
  store i64 %sum_m, ptr $c_pairs
  br label %done
append:
  $append
  br label %done
;;; rehash_models
define void @rehash_models(ptr %old, i64 %count) {
entry:
  %models = load ptr, ptr $c_models
  %shift = load i64, ptr $c_shift
  %slots = load i64, ptr $c_slots
  %last = sub i64 %slots, 1
  br label %each
each:
  %i = phi i64 [0, %entry], [%i2, %done]
  %from = getelementptr $K, ptr %old, i64 %i
  %stored = load $K, ptr %from
  %none = icmp eq $K %stored, 0
  br i1 %none, label %done, label %move
move:
  %key = sub $K %stored, 1
  $hash
  br label %probe
probe:
  %place = phi i64 [%first, %move], [%second, %clash]
  %at = getelementptr $K, ptr %models, i64 %place
  %there = load $K, ptr %at
  %free = icmp eq $K %there, 0
  br i1 %free, label %put, label %clash
clash:
  %place1 = add i64 %place, 1
  %second = and i64 %place1, %last
  br label %probe
put:
  store $K %stored, ptr %at
  br label %done
done:
  %i2 = add i64 %i, 1
  %more = icmp ult i64 %i2, %count
  br i1 %more, label %each, label %all
all:
  ret void
}
;;; target_choice
  %bit_at = getelementptr %target, ptr %target, i32 0, i32 3
  %tmask = load $M, ptr %bit_at, align 1
  %mine_at = getelementptr %candidate, ptr %p, i32 0, i32 2
  %mine = load $M, ptr %mine_at, align 1
  %shared = and $M %mine, %tmask
  %within = icmp ne $M %shared, 0
;;; model
  %models = load ptr, ptr $c_models
  %state = and $K %key, $model_mask
  %model = add $K %state, 1
  $hash_model
  br label %model_probe
model_probe:
  %model_place = phi i64 [%model_first, %insert], [%model_next, %model_clash]
  %model_at = getelementptr $K, ptr %models, i64 %model_place
  %model_there = load $K, ptr %model_at
  %model_free = icmp eq $K %model_there, 0
  br i1 %model_free, label %model_new, label %model_other
model_other:
  %model_same = icmp eq $K %model_there, %model
  br i1 %model_same, label %model_done, label %model_clash
model_clash:
  %model_place1 = add i64 %model_place, 1
  %model_next = and i64 %model_place1, %last
  br label %model_probe
model_new:
  store $K %model, ptr %model_at
  %models0 = load i64, ptr $c_model_count
  %models1 = add i64 %models0, 1
  store i64 %models1, ptr $c_model_count
  br label %model_done
model_done:
;;; sweep
define internal i64 @find($K %key) {
entry:
  %table = load ptr, ptr $c_table
  %shift = load i64, ptr $c_shift
  %slots = load i64, ptr $c_slots
  %last = sub i64 %slots, 1
  %stored = add $K %key, 1
  $hash
  br label %probe
probe:
  %place = phi i64 [%first, %entry], [%second, %clash]
  %slot = getelementptr %slot, ptr %table, i64 %place
  %there = load $K, ptr %slot, align 1
  %same = icmp eq $K %there, %stored
  br i1 %same, label %found, label %clash
clash:
  %place1 = add i64 %place, 1
  %second = and i64 %place1, %last
  br label %probe
found:
  ret i64 %place
}

define internal ptr @known($K %key, ptr %good, i64 %props) {
  %place = call i64 @find($K %key)
  %index = mul i64 %place, %props
  %at = getelementptr $M, ptr %good, i64 %index
  ret ptr %at
}

define void @seed(i64 %from, i64 %upto, ptr %good, i64 %props, ptr %work) {
entry:
  %keys = load ptr, ptr $c_keys
  %masks = load ptr, ptr $c_masks
  br label %each
each:
  %i = phi i64 [%from, %entry], [%i2, %next]
  %kp = getelementptr $K, ptr %keys, i64 %i
  %key = load $K, ptr %kp
  $load_mask
  %own = call ptr @known($K %key, ptr %good, i64 %props)
  call void @goals($K %key, ptr %work)
  br label %prop
prop:
  %p = phi i64 [0, %each], [%p2, %prop]
  %goal_at = getelementptr $M, ptr %work, i64 %p
  %goal = load $M, ptr %goal_at
  %own_at = getelementptr $M, ptr %own, i64 %p
  %was = load $M, ptr %own_at
  %here = and $M %goal, %mask
  %now = or $M %was, %here
  store $M %now, ptr %own_at
  %p2 = add i64 %p, 1
  %more_props = icmp ult i64 %p2, %props
  br i1 %more_props, label %prop, label %next
next:
  %i2 = add i64 %i, 1
  %more = icmp ult i64 %i2, %upto
  br i1 %more, label %each, label %done
done:
  ret void
}

define i64 @scan(i64 %from, i64 %upto, ptr %good, i64 %props, ptr %work, i64 %prop,
                 ptr %whenever) {
entry:
  %keys = load ptr, ptr $c_keys
  %masks = load ptr, ptr $c_masks
  br label %each
each:
  %i = phi i64 [%from, %entry], [%i2, %next]
  %kp = getelementptr $K, ptr %keys, i64 %i
  %key = load $K, ptr %kp
  $load_mask
  %when = call $M %whenever($K %key)
  %here = and $M %mask, %when
  %pending = icmp ne $M %here, 0
  br i1 %pending, label %look, label %next
look:
  %own = call ptr @known($K %key, ptr %good, i64 %props)
  %own_at = getelementptr $M, ptr %own, i64 %prop
  %fine = load $M, ptr %own_at
  %bad = xor $M %fine, -1
  %left = and $M %here, %bad
  %some = icmp ne $M %left, 0
  br i1 %some, label %hit, label %next
hit:
  store $M %left, ptr %work
  ret i64 %i
next:
  %i2 = add i64 %i, 1
  %more = icmp ult i64 %i2, %upto
  br i1 %more, label %each, label %done
done:
  ret i64 %upto
}

define i64 @scan_steps(i64 %from, i64 %upto, ptr %good, i64 %props, ptr %work, i64 %prop,
                       ptr %steps) {
entry:
  %keys = load ptr, ptr $c_keys
  %masks = load ptr, ptr $c_masks
  %out = load ptr, ptr $c_candidates
  br label %each
each:
  %i = phi i64 [%from, %entry], [%i2, %next]
  %kp = getelementptr $K, ptr %keys, i64 %i
  %key = load $K, ptr %kp
  $load_mask
  %end = call ptr %steps($K %key, $M %mask, i64 %i, ptr %out, ptr null, ptr null)
  %none = icmp eq ptr %end, %out
  br i1 %none, label %next, label %look
look:
  %c = phi ptr [%out, %each], [%c2, %looked]
  %to = phi ptr [%out, %each], [%to2, %looked]
  %ckey = load $K, ptr %c, align 1
  $step_mask
  %own = call ptr @known($K %ckey, ptr %good, i64 %props)
  %own_at = getelementptr $M, ptr %own, i64 %prop
  %fine = load $M, ptr %own_at
  %bad = xor $M %fine, -1
  %left = and $M %cmask, %bad
  %some = icmp ne $M %left, 0
  br i1 %some, label %keep, label %looked
keep:
  %whole = load %candidate, ptr %c, align 1
  store %candidate %whole, ptr %to, align 1
  $keep_mask
  %to1 = getelementptr %candidate, ptr %to, i32 1
  br label %looked
looked:
  %to2 = phi ptr [%to, %look], [%to1, %keep]
  %c2 = getelementptr %candidate, ptr %c, i32 1
  %more_steps = icmp ult ptr %c2, %end
  br i1 %more_steps, label %look, label %all
all:
  %hits = icmp ne ptr %to2, %out
  br i1 %hits, label %hit, label %next
hit:
  store ptr %to2, ptr %work
  ret i64 %i
next:
  %i2 = add i64 %i, 1
  %more = icmp ult i64 %i2, %upto
  br i1 %more, label %each, label %done
done:
  ret i64 %upto
}
;;; back
define i64 @sweep_$mode(i64 %from, i64 %upto, ptr %good, ptr %read, i64 %props, ptr %work,
                        ptr %steps, ptr %no_hits, ptr %no_gates, ptr %over) {
entry:
  %keys = load ptr, ptr $c_keys
  %masks = load ptr, ptr $c_masks
  %out = load ptr, ptr $c_candidates
  br label %each
each:
  %i1 = phi i64 [%upto, %entry], [%i, %next]
  %changed = phi i64 [0, %entry], [%changed2, %next]
  %i = sub i64 %i1, 1
  %over_at = getelementptr i8, ptr %over, i64 %i
  %was_done = load i8, ptr %over_at
  %settled_before = icmp ne i8 %was_done, 0
  br i1 %settled_before, label %next, label %begin
begin:
  %kp = getelementptr $K, ptr %keys, i64 %i
  %key = load $K, ptr %kp
  $load_mask
  %own = call ptr @known($K %key, ptr %good, i64 %props)
  br label %left
left:
  %p = phi i64 [0, %begin], [%p2, %left]
  %open = phi $M [0, %begin], [%open2, %left]
  %own_at = getelementptr $M, ptr %own, i64 %p
  %fine = load $M, ptr %own_at
  %bad = xor $M %fine, -1
  %open1 = and $M %bad, %mask
  %open2 = or $M %open, %open1
  %zero_at = getelementptr $M, ptr %work, i64 %p
  store $M 0, ptr %zero_at
  %p2 = add i64 %p, 1
  %more_props = icmp ult i64 %p2, %props
  br i1 %more_props, label %left, label %judged
judged:
  %wanted = icmp ne $M %open2, 0
  br i1 %wanted, label %make, label %finish
make:
  %end = call ptr %steps($K %key, $M %mask, i64 %i, ptr %out, ptr %no_hits, ptr %no_gates)
  %none = icmp eq ptr %end, %out
  br i1 %none, label %finish, label %look
look:
  %c = phi ptr [%out, %make], [%c2, %looked]
  %enabled = phi $M [0, %make], [%enabled2, %looked]
  %ckey = load $K, ptr %c, align 1
  $step_mask
  %enabled2 = or $M %enabled, %cmask
  %later = call ptr @known($K %ckey, ptr %read, i64 %props)
  br label %prop
prop:
  %q = phi i64 [0, %look], [%q2, %prop]
  %later_at = getelementptr $M, ptr %later, i64 %q
  %there = load $M, ptr %later_at
  %not_there = xor $M %there, -1
  %counts = and $M %cmask, $counted
  %sum_at = getelementptr $M, ptr %work, i64 %q
  %sum = load $M, ptr %sum_at
  %sum1 = or $M %sum, %counts
  store $M %sum1, ptr %sum_at
  %q2 = add i64 %q, 1
  %more_q = icmp ult i64 %q2, %props
  br i1 %more_q, label %prop, label %looked
looked:
  %c2 = getelementptr %candidate, ptr %c, i32 1
  %more_steps = icmp ult ptr %c2, %end
  br i1 %more_steps, label %look, label %settle
settle:
  %r = phi i64 [0, %looked], [%r2, %settle]
  %grew = phi $M [0, %looked], [%grew2, %settle]
  %total_at = getelementptr $M, ptr %work, i64 %r
  %total = load $M, ptr %total_at
  %not_total = xor $M %total, -1
  %won = and $M %enabled2, $won
  %mine_at = getelementptr $M, ptr %own, i64 %r
  %mine = load $M, ptr %mine_at
  %mine1 = or $M %mine, %won
  store $M %mine1, ptr %mine_at
  %grew1 = xor $M %mine, %mine1
  %grew2 = or $M %grew, %grew1
  %r2 = add i64 %r, 1
  %more_r = icmp ult i64 %r2, %props
  br i1 %more_r, label %settle, label %settled
settled:
  %any = icmp ne $M %grew2, 0
  %one = zext i1 %any to i64
  %changed1 = or i64 %changed, %one
  br label %next
finish:
  store i8 1, ptr %over_at
  br label %next
next:
  %changed2 = phi i64 [%changed, %each], [%changed, %finish], [%changed1, %settled]
  %more = icmp ugt i64 %i, %from
  br i1 %more, label %each, label %done
done:
  ret i64 %changed2
}
