/* The bytes of the view, from the ledgers: never added up from what is drawn. Asked for when the view stands still, and now and then
 * while it moves with the time; unknown until the answer is there. */
(function (tikwatch) {
  'use strict';

  const { dom, format, graphState } = tikwatch;
  const DEBOUNCE = 300; // milliseconds after the last change of the view
  const PERIOD = 15000; // milliseconds between two answers for a view that moves, and after a failure

  /** An amount as `api/v1/usage` tells it: `{in, out, coverage, partial, exact, least}`; `null` is unknown. */
  function parse(total) {
    if (!total || !format.isKnown(total.in)) return null;
    const { flags } = total;
    return { in: total.in, out: total.out, coverage: total.coverage, partial: flags.includes('p'), exact: total.exact, least: flags.includes('r') };
  }

  /** Of several lines: bytes add up, and known is what is known of all of them. */
  function sum(amounts) {
    const known = amounts.filter(amount => amount !== null);
    if (!known.length) return null;
    const isWhole = known.length === amounts.length;
    return known.reduce((one, other) => ({
      in: one.in + other.in, out: one.out + other.out, coverage: Math.min(one.coverage, other.coverage),
      partial: one.partial || other.partial, exact: one.exact && other.exact, least: one.least || other.least,
    }), { in: 0, out: 0, coverage: isWhole ? 1 : 0, partial: !isWhole, exact: true, least: false });
  }

  /** `≥≈ 385 GB (98 % known)`, as `Exactness` of the server writes it. */
  function text(amount, side) {
    if (!amount) return format.UNKNOWN;
    const mark = (amount.least ? '≥' : '') + (amount.exact ? '' : '≈');
    return mark + (mark && format.NARROW) + format.bytes(amount[side]) + (amount.partial ? ' (' + format.percent(amount.coverage) + ' known)' : '');
  }

  /** Why an amount is marked, in sentences; empty where it is not. */
  function explanation(amount) {
    if (!amount) return '';
    return [
      amount.least && 'Counters were reset: at least this much.',
      !amount.exact && 'An edge of the time cuts a row of five minutes: its bytes are shared out by time.',
      amount.partial && 'The bytes of ' + format.percent(amount.coverage) + ' of the time are known.',
    ].filter(Boolean).join(' ');
  }

  const UNKNOWN = { total: null, lanes: [] };

  class GraphVolumes {
    /** `page` has `boot`, `state`, `range()`, and `showAmounts()` for when there is something else to show. */
    constructor(page) {
      this.page = page;
      this.shown = UNKNOWN;
      this.key = this.keyOf(page.state);
      this.accept(page.boot.amounts);
      if (!this.shown.total) this.wait(DEBOUNCE);
      else if (page.isLive) this.wait(PERIOD);
    }

    keyOf(state) {
      return state.range || state.from + '-' + state.to;
    }

    /** The view became another one. */
    change() {
      const key = this.keyOf(this.page.state);
      if (key === this.key) return;
      this.key = key;
      this.set(UNKNOWN);
      this.wait(DEBOUNCE);
    }

    set(shown) {
      this.shown = shown;
      this.page.showAmounts();
    }

    wait(milliseconds) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), milliseconds);
    }

    /** Amounts that came with the page; those of another view do not count. */
    accept(amounts) {
      const { state } = this.page;
      const isSame = amounts && (state.range ? amounts.to - amounts.from === graphState.seconds(state.range) : amounts.from === state.from && amounts.to === state.to);
      if (isSame) this.shown = { total: amounts.total, lanes: amounts.lanes };
      return isSame;
    }

    async ask() {
      const { page, key } = this;
      // A page that nobody sees asks nothing.
      if (document.hidden) return this.wait(PERIOD);
      // A gesture is under way.
      if (this.keyOf(page.state) !== key) return this.wait(DEBOUNCE);
      try {
        const shown = page.boot.lanes.length ? await this.fetch(page.range()) : await this.fetchAll();
        if (key === this.key && shown) this.set(shown);
      } catch (error) {
        // What was shown of a view that moves is too old by now.
        if (key === this.key) this.set(UNKNOWN);
      }
      if (key === this.key && (page.isLive || !this.shown.total)) this.wait(PERIOD);
    }

    async fetch([from, to]) {
      const lanes = await Promise.all(this.page.boot.lanes.map(async lane => {
        const query = new URLSearchParams({ device: lane.device, from: String(Math.floor(from)), to: String(Math.ceil(to)), by: 'month' });
        if (lane.interface !== null) query.set('interface', lane.interface);
        return parse((await dom.json('api/v1/usage?' + query)).total);
      }));
      return { total: sum(lanes), lanes };
    }

    /** All devices: the server adds them up for the page, as far as that is quick. */
    async fetchAll() {
      const boot = await tikwatch.refresh();
      return boot && this.accept(boot.amounts) ? this.shown : null;
    }
  }

  tikwatch.graphVolumes = { GraphVolumes, parse, sum, text, explanation };
})(globalThis.tikwatch ??= {});
