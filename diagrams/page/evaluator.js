"use strict";
// Runs a ground transition system that was written by data.py. No page is needed for it.
// A state is an array of codes; `rows` says for each free row of a table whether it holds.

class GroundSystem {
  constructor(data) {
    Object.assign(this, data);
    this.stamps = new Float64Array(this.nodes.length);
    this.values = new Float64Array(this.nodes.length);
    this.stamp = 0;
    this.position = new Map(this.rows.map(([name, row], i) => [`${name}:${row}`, i]));
    this.allowed = new Map(this.tables.filter((t) => t.allow !== null)
      .map((t) => [t.name, new Set(t.allow.map(String))]));
    this.reads = this.nodes.map(() => undefined);
  }

  // The value of a node; `where` has state, later, given, rows and instance, as far as it is read.
  value(node, where) {
    this.stamp += 1;
    return this.compute(node, where);
  }

  compute(node, where) {
    if (this.stamps[node] === this.stamp) return this.values[node];
    const found = this.apply(this.nodes[node], where);
    this.stamps[node] = this.stamp;
    this.values[node] = found;
    return found;
  }

  apply(node, where) {
    const [operator, datum] = node;
    const of = (i) => this.compute(node[i + 2], where);
    switch (operator) {
      case "constant": return datum;
      case "variable": return where.state[datum];
      case "after": return where.later[datum];
      case "payload": return where.given[datum];
      case "and": {
        for (let i = 2; i < node.length; i += 1) if (!this.compute(node[i], where)) return 0;
        return 1;
      }
      case "or": {
        for (let i = 2; i < node.length; i += 1) if (this.compute(node[i], where)) return 1;
        return 0;
      }
      case "not": return 1 - of(0);
      case "equal": return Number(of(0) === of(1));
      case "at_most": return Number(of(0) <= of(1));
      case "plus": return of(0) + of(1);
      case "minus": return of(0) - of(1);
      case "modulo": return ((of(0) % of(1)) + of(1)) % of(1);
      case "if": return of(0) ? of(1) : of(2);
      case "table": return this.entry(datum, node.slice(2).map((n) => this.compute(n, where)), where.rows);
      case "event": return Number(datum.includes(where.instance));
      case "argument": return this.argument(datum[0], datum[1], where);
      default: throw new Error(`unknown operator ${operator}`);
    }
  }

  entry(table, row, rows) {
    const position = this.position.get(`${table}:${row}`);
    if (position !== undefined) return Number(rows[position]);
    return Number(this.allowed.has(table) && this.allowed.get(table).has(String(row)));
  }

  argument(name, absent, where) {
    const fixed = this.instances[where.instance].fixed.find(([n]) => n === name);
    if (fixed) return fixed[2];
    return name in where.given ? where.given[name] : absent;
  }

  given(instance, payload) {
    const found = Object.create(null);
    this.instances[instance].given.forEach(([name], i) => { found[name] = payload[i]; });
    return found;
  }

  payloads(instance) {
    return this.instances[instance].given.reduce((found, [, sort]) => {
      const { low, high } = this.sorts[sort];
      const codes = Array.from({ length: high - low + 1 }, (_, i) => low + i);
      return found.flatMap((head) => codes.map((code) => [...head, code]));
    }, [[]]);
  }

  // Every step [instance, payload] that can happen, in the order of the file.
  enabled(state, rows) {
    const found = [];
    this.instances.forEach((instance, i) => {
      for (const payload of this.payloads(i)) {
        const where = { state, rows, given: this.given(i, payload), instance: i };
        if (this.value(instance.guard, where)) found.push([i, payload]);
      }
    });
    return found;
  }

  // The state after a step that is enabled; throws when a value leaves the sort of its variable.
  after(state, rows, [i, payload]) {
    const instance = this.instances[i];
    const where = { state, rows, given: this.given(i, payload), instance: i };
    for (const [text, duty] of instance.duties) {
      if (!this.value(duty, where)) throw new RangeError(text);
    }
    const later = state.slice();
    for (const [index, node] of instance.updates) later[index] = this.value(node, where);
    return later;
  }

  // The initial states for one choice of tables, in the order of the model: the first `limit`, as
  // far as they are found among `looks` beginnings of states.
  initial(rows, limit = 2000, looks = 200000) {
    const byLast = this.variables.map(() => []);
    const always = [];
    for (const node of this.init) (byLast[this.lastRead(node)] ?? always).push(node);
    const found = [];
    let left = looks;
    const extend = (state) => {
      left -= 1;
      const tests = state.length ? byLast[state.length - 1] : always;
      if (!tests.every((node) => this.value(node, { state, rows, given: {} }))) return;
      if (state.length === this.variables.length) { found.push(state); return; }
      const { low, high } = this.sorts[this.variables[state.length].sort];
      for (let code = low; code <= high && found.length < limit && left > 0; code += 1) extend([...state, code]);
    };
    extend([]);
    return found;
  }

  lastRead(node) {
    if (this.reads[node] === undefined) {
      const [operator, datum, ...inner] = this.nodes[node];
      this.reads[node] = operator === "variable" ? datum
        : Math.max(-1, ...inner.map((n) => this.lastRead(n)));
    }
    return this.reads[node];
  }

  // What became of each property: "holds", "broken" or "idle" (its `whenever` does not hold).
  // Invariants speak of `later`, step properties of the step [instance, payload] that led there.
  judge(property, rows, later, state, step) {
    const where = property.step
      ? step && { state, later, rows, given: this.given(...step), instance: step[0] }
      : { state: later, rows, given: {} };
    if (!where) return "idle";
    if (!this.value(property.whenever, where)) return "idle";
    return this.value(property.goal, where) ? "holds" : "broken";
  }

  text(sort, code) {
    const { low, labels, optional } = this.sorts[sort];
    if (optional && code === low) return "none";
    return labels === null ? String(code) : labels[code];
  }

  // The value as a trace keeps it: a number, a truth value or a name.
  plain(sort, code) {
    const { low, labels, optional, bool } = this.sorts[sort];
    if (bool) return Boolean(code);
    return labels === null && !(optional && code === low) ? code : this.text(sort, code);
  }

  stepText([i, payload]) {
    const { event, fixed, given } = this.instances[i];
    const inner = [
      ...fixed.map(([name, sort, code]) => `${name}=${this.text(sort, code)}`),
      ...given.map(([name, sort], k) => `${name}=${this.text(sort, payload[k])}`),
    ].join(", ");
    return inner ? `${event}(${inner})` : event;
  }

  // A run as a trace in the Informal Trace Format, as `twinrom simulate --script` reads it.
  trace(rows, states, steps) {
    const size = (sort) => this.sorts[sort].high - this.sorts[sort].low + 1;
    const table = ({ name, of }) => {
      const all = of.reduce((found, sort) => found.flatMap((head) =>
        Array.from({ length: size(sort) }, (_, i) => [...head, this.sorts[sort].low + i])), [[]]);
      return { "#map": all.map((row) => [
        { "#tup": row.map((code, i) => this.plain(of[i], code)) },
        Boolean(this.entry(name, row, rows))]) };
    };
    const event = ([i, payload]) => {
      const { event: name, rule, by, fixed, given } = this.instances[i];
      return { name, rule, by, args: Object.fromEntries([
        ...fixed.map(([n, sort, code]) => [n, this.plain(sort, code)]),
        ...given.map(([n, sort], k) => [n, this.plain(sort, payload[k])])]) };
    };
    const start = { name: "init", rule: "none", by: "none", args: {} };
    return {
      "#meta": {
        format: "ITF", "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
        model: this.model, description: this.title,
        watching: this.variables.filter((v) => v.role !== "model").map((v) => v.name),
      },
      params: this.tables.map((t) => t.name),
      vars: [...this.variables.map((v) => v.name), "event"],
      states: states.map((state, i) => ({
        "#meta": { index: i },
        ...(i === 0 ? Object.fromEntries(this.tables.map((t) => [t.name, table(t)])) : {}),
        ...Object.fromEntries(this.variables.map((v, k) => [v.name, this.plain(v.sort, state[k])])),
        event: i === 0 ? start : event(steps[i - 1]),
      })),
    };
  }
}

if (typeof module !== "undefined") module.exports = { GroundSystem };
