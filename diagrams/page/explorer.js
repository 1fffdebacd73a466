// Stepping through a model by hand. What happens is for `GroundSystem` to say.

const MARKS = { holds: "✓ holds", broken: "✗ BROKEN", idle: "· not in question" };

class Explorer {
  constructor(place) {
    this.place = place;
    this.key = place.dataset.explorer;
    this.system = new GroundSystem(read(`${this.key}-system`));
    this.codes = new Map(Object.entries(read(`${this.key}-codes`)));
    this.stage = new Stage(this.find(".stage"), this.key);
    // It starts where the first run of the report does, which leads somewhere.
    const first = [...this.codes.values()][0];
    this.rows = first ? first.rows.map(Boolean) : this.system.rows.map(() => false);
    this.choices(first?.initial.map((code, i) => [i, code]));
    this.restart();
    this.find(".restart").addEventListener("click", () => this.restart("Started again."));
    this.find(".undo").addEventListener("click", () => this.undo());
    this.find("form").addEventListener("submit", (event) => event.preventDefault());
  }

  find(selector) { return this.place.querySelector(selector); }

  get state() { return this.states[this.states.length - 1]; }

  // -- how it starts

  choices(wanted) {
    const { system } = this;
    this.starts = system.initial(this.rows);
    const agreeing = (state) => (wanted ?? []).filter(([i, code]) => state[i] === code).length;
    this.start = this.starts.reduce((best, s) => (best === null || agreeing(s) > agreeing(best) ? s : best), null);
    const form = this.find("form");
    const focused = form.contains(document.activeElement) ? document.activeElement.dataset.choice : null;
    form.replaceChildren();
    if (system.rows.length) form.append(this.tableChoice());
    const varying = system.variables.map((_, i) => i).filter((i) => new Set(this.starts.map((s) => s[i])).size > 1);
    if (varying.length) {
      const set = element("fieldset", {}, element("legend", {}, "Values at the start"));
      for (const i of varying) set.append(this.valueChoice(i, varying));
      form.append(set);
    }
    form.append(element("p", {}, this.starts.length ? `${this.starts.length} initial states can be chosen for these tables.`
      : "No initial state is found for these tables."));
    this.find(".restart").disabled = this.start === null;
    if (focused !== null) form.querySelector(`[data-choice="${focused}"]`)?.focus();
  }

  tableChoice() {
    const { system } = this;
    const set = element("fieldset", {}, element("legend", {}, "Rows of the tables that hold"));
    system.rows.forEach(([name, row], i) => {
      const { of } = system.tables.find((t) => t.name === name);
      const box = element("input", { type: "checkbox", "data-choice": `row-${i}` });
      box.checked = this.rows[i];
      box.addEventListener("change", () => {
        this.rows = this.rows.map((held, k) => (k === i ? box.checked : held));
        this.choices(this.start?.map((code, k) => [k, code]));
      });
      const text = `${name}(${row.map((code, k) => system.text(of[k], code)).join(", ")})`;
      set.append(element("label", {}, box, ` ${text}`));
    });
    return set;
  }

  valueChoice(index, varying) {
    const { name, sort } = this.system.variables[index];
    const list = element("select", { "data-choice": `value-${index}` });
    for (const code of [...new Set(this.starts.map((s) => s[index]))].sort((a, b) => a - b)) {
      const option = element("option", { value: String(code) }, this.system.text(sort, code));
      option.selected = this.start[index] === code;
      list.append(option);
    }
    list.addEventListener("change", () => {
      const chosen = [index, Number(list.value)];
      const others = varying.filter((i) => i !== index).map((i) => [i, this.start[i]]);
      // The one that was just chosen counts more than all others together.
      this.choices([...Array(varying.length).fill(chosen), ...others]);
    });
    return element("label", {}, `${name} `, list);
  }

  restart(said) {
    if (this.start === null) { // a model whose tables may not all be empty
      this.rows = this.rows.map(() => true);
      this.choices();
    }
    this.states = this.start === null ? [] : [this.start];
    this.steps = [];
    this.held = this.rows;
    this.draw(said);
  }

  // Goes through a run of the report.
  replay(name) {
    const run = this.codes.get(name);
    this.rows = run.rows.map(Boolean);
    this.choices(run.initial.map((code, i) => [i, code]));
    this.held = this.rows;
    this.states = [run.initial];
    this.steps = [];
    for (const step of run.steps) this.take(step);
    this.draw(`Replayed ${this.steps.length} steps.`);
    this.find("h3").focus({ preventScroll: true });
    this.place.scrollIntoView();
  }

  // -- steps

  take(step) {
    this.states.push(this.system.after(this.state, this.held, step));
    this.steps.push(step);
  }

  happen(step) {
    try {
      this.take(step);
      this.draw(`Step ${this.steps.length}: ${this.system.stepText(step)}.`);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.draw(`That cannot be: ${error.message}.`);
    }
  }

  undo(down = this.steps.length - 1) {
    if (down < 0) return;
    this.steps.length = down;
    this.states.length = down + 1;
    this.draw(down ? `Back after step ${down}.` : "Back at the start.");
  }

  // -- what is shown

  draw(said) {
    const focused = document.activeElement?.dataset?.event;
    const { system } = this;
    const last = this.steps[this.steps.length - 1];
    const machines = (state) => Object.fromEntries(system.variables
      .map((v, i) => [v.machine, state ? system.text(v.sort, state[i]) : ""]).filter(([name]) => name));
    const before = this.states[this.states.length - 2] ?? this.state;
    const rule = last ? system.instances[last[0]].name : "";
    this.stage.show(machines(this.state), rule, machines(before), this.notes());
    const events = this.drawEvents();
    this.drawHistory();
    this.drawValues();
    const judged = this.drawProperties();
    this.drawSave();
    if (focused !== undefined) {
      const buttons = [...this.place.querySelectorAll(".events button")];
      (buttons.find((b) => b.dataset.event === focused) ?? buttons[0] ?? this.find(".undo")).focus();
    }
    if (said) say(`${said} ${events} can happen. ${judged}`);
  }

  // The variables of each machine, with its name, for its caption.
  notes() {
    const before = this.states[this.states.length - 2] ?? this.state;
    const found = new Map();
    this.system.variables.forEach(({ name, sort, machine, role }, i) => {
      if (machine || role !== "model" || !this.state) return;
      const dot = name.lastIndexOf(".");
      const owner = name.slice(0, dot);
      const text = `${name.slice(dot + 1)} ${this.system.text(sort, this.state[i])}`;
      found.set(owner, [...(found.get(owner) ?? []), [text, before[i] !== this.state[i]]]);
    });
    return found;
  }

  drawEvents() {
    const { system } = this;
    const groups = new Map();
    const enabled = this.state ? system.enabled(this.state, this.held) : [];
    for (const [i, payload] of enabled) groups.set(i, [...(groups.get(i) ?? []), payload]);
    const items = [...groups].map(([i, payloads]) => {
      const instance = system.instances[i];
      const inner = instance.fixed.map(([n, sort, code]) => `${n}=${system.text(sort, code)}`).join(", ");
      const label = instance.event + (inner && `(${inner})`) + (instance.rule === instance.event ? "" : ` by ${instance.rule}`);
      const button = element("button", { type: "button", "data-event": instance.name }, label);
      const item = element("li", {}, button);
      let chosen = () => payloads[0];
      if (instance.given.length) {
        const list = element("select", { "aria-label": `Payload of ${label}` });
        payloads.forEach((payload, k) => list.append(element("option", { value: String(k) },
          payload.map((code, g) => `${instance.given[g][0]}=${system.text(instance.given[g][1], code)}`).join(", "))));
        chosen = () => payloads[Number(list.value)];
        item.append(" ", list);
      }
      button.addEventListener("click", () => this.happen([i, chosen()]));
      item.append(" ", element("span", { class: "actor" }, instance.by + (instance.automatic ? ", automatic" : "")),
        element("span", { class: "says" }, instance.says));
      return item;
    });
    this.find(".events").replaceChildren(...(items.length ? items
      : [element("li", {}, "Nothing can happen here.")]));
    return groups.size === 1 ? "1 event" : `${groups.size} events`;
  }

  drawHistory() {
    const list = this.find(".history");
    const items = this.steps.map((step, i) => {
      const text = this.system.stepText(step);
      const button = element("button", { type: "button", class: "quiet", "aria-label": `Go back to after step ${i + 1}, ${text}` }, text);
      button.addEventListener("click", () => this.undo(i + 1));
      return element("li", {}, button);
    });
    list.replaceChildren(...(items.length ? items : [element("li", { class: "none" }, "Nothing yet: an initial state.")]));
    this.find(".undo").disabled = !this.steps.length;
  }

  drawValues() {
    const before = this.states[this.states.length - 2];
    const rows = this.system.variables.map(({ name, sort, role }, i) => {
      if (!this.state) return null;
      const [now, then] = [this.state[i], before ? before[i] : this.state[i]];
      const row = element("tr", now === then ? {} : { class: "changed" },
        element("th", { scope: "row" }, name + (role === "model" ? "" : ` (${role})`)),
        element("td", {}, this.system.text(sort, now)),
        element("td", {}, now === then ? "" : `was ${this.system.text(sort, then)}`));
      return row;
    }).filter((row) => row !== null);
    this.find(".values tbody").replaceChildren(...rows);
  }

  drawProperties() {
    const { system } = this;
    const before = this.states[this.states.length - 2];
    const step = this.steps[this.steps.length - 1];
    const judged = this.state ? system.properties.map((p) =>
      [p, system.judge(p, this.held, this.state, before, step)]) : [];
    const line = ([p, verdict]) => element("li", { class: verdict }, element("strong", {}, MARKS[verdict]), ` ${p.name} `,
      element("span", { class: "says" }, (p.step ? "of the last step: " : "of this state: ") + p.says
        + (verdict !== "broken" ? "" : p.known ? " (a known finding)" : p.gap ? ` (another reading of ${p.gap})` : p.bookkeeping ? " (bookkeeping: untidy)" : "")));
    const broken = judged.filter(([, verdict]) => verdict === "broken");
    const held = judged.filter(([, verdict]) => verdict === "holds").length;
    const text = broken.length
      ? `${broken.length} broken: ${broken.map(([p]) => p.name).join(", ")}.`
      : `${held} in question and holding, none broken.`;
    this.find(".judged").textContent = text;
    this.find(".live").replaceChildren(...broken.map(line));
    this.find(".all").replaceChildren(...judged.map(line));
    return text;
  }

  drawSave() {
    if (!this.state) return;
    const text = JSON.stringify(this.system.trace(this.held, this.states, this.steps), null, 2);
    const bytes = new TextEncoder().encode(`${text}\n`);
    const base64 = btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
    this.find(".save").href = `data:application/json;base64,${base64}`;
  }
}
