/* The graph page: one view, its address, its data, and what the user does with them. */
(function (tikwatch) {
  'use strict';

  const { dom, format, series, shell, clock, graphState, graphTables, graphExport } = tikwatch;
  const LOADING_AFTER = 150; // milliseconds

  class GraphPage {
    constructor(boot) {
      this.boot = boot;
      this.state = graphState.read(location.search);
      this.lastRange = this.state.range || graphState.STANDARD;
      this.edge = Math.floor(boot.t);
      this.now = [boot.now.in, boot.now.out];
      this.recent = [];
      this.data = series.parse(boot.series);
      this.events = boot.events;
      this.statRows = ['in', 'out'].map(side => dom.find('[data-direction="' + side + '"]'));
      this.chart = shell.themed(new tikwatch.Chart(dom.byId('chart'), {
        series: this.data, range: this.range(), style: this.state.style, peaks: this.state.peaks, logarithmic: this.state.logarithmic,
        hidden: this.state.hidden, events: this.events, linkSpeed: boot.speed, interactive: true, healthyUntil: this.healthyUntil(),
        onRange: (range, moving) => this.zoomTo(range, moving),
        onCursor: (time, value) => tikwatch.spoken.later(this.chart, time, value),
        onCancel: () => this.show(),
      }));
      this.navigator = new tikwatch.Navigator(dom.byId('navigator'), this);
      tikwatch.spoken.bindCursorKeys(this.chart);
      tikwatch.graphControls.bind(this);
      graphExport.bind(this);
      addEventListener('popstate', () => this.restore());
      this.show();
      this.navigator.load();
      this.listen();
    }

    get isLive() {
      return this.state.range !== null;
    }

    /** The view in epoch seconds. A live one ends with the newest second. */
    range() {
      if (!this.isLive) return [this.state.from, this.state.to];
      return [this.edge - graphState.seconds(this.state.range), this.edge];
    }

    /** While the device answers, the time after its last sample is not a gap. */
    healthyUntil() {
      return this.boot.healthy ? undefined : this.edge;
    }

    points() {
      return Math.min(4000, Math.max(400, Math.round((this.chart ? this.chart.plotWidth : 1000) * 2)));
    }

    async fetchSeries([from, to], points, signal) {
      const query = new URLSearchParams({
        device: this.boot.device, interface: this.boot.interface, points: String(points),
        from: String(Math.max(0, Math.floor(from))), to: String(Math.ceil(to)),
      });
      const answer = await dom.json('api/v1/series?' + query, signal);
      const data = series.parse(answer);
      data.events = answer.events;
      data.problem = answer.problem ? 'Part of the history cannot be read: ' + answer.problem : null;
      return data;
    }

    /** Fetches the view. The old graph stays in sight, dimmed, if that takes long. */
    async load() {
      if (this.loading) this.loading.abort();
      const loading = new AbortController();
      this.loading = loading;
      const box = dom.byId('graph');
      const dim = setTimeout(() => box.classList.add('loading'), LOADING_AFTER);
      try {
        const data = await this.fetchSeries(this.range(), this.points(), loading.signal);
        for (const [second, rates] of this.recent) {
          if (second > data.end) series.append(data, second - 1, rates);
        }
        this.data = data;
        this.events = data.events.map(event => ({ t: event.t, label: event.text || event.kind })).filter(event => event.label);
        this.fail(data.problem);
        this.show();
      } catch (error) {
        if (error.name !== 'AbortError') this.fail('This view could not be loaded: ' + error.message);
      } finally {
        clearTimeout(dim);
        if (this.loading === loading) {
          box.classList.remove('loading');
          this.loaded = performance.now();
        }
      }
    }

    /** Says in place what is wrong with the view; `null`: nothing. */
    fail(words) {
      const box = dom.byId('problem');
      box.hidden = words === null;
      dom.text(box.querySelector('.words'), words || '');
    }

    /** Draws the view and everything that describes it. */
    show() {
      const range = this.range();
      this.chart.set({
        series: this.data, range, events: this.events, style: this.state.style, peaks: this.state.peaks,
        logarithmic: this.state.logarithmic, hidden: this.state.hidden, healthyUntil: this.healthyUntil(),
      });
      this.navigator.follow();
      tikwatch.graphControls.describe(this);
      this.showNumbers();
      this.showValues();
    }

    showNumbers() {
      const range = this.range();
      ['in', 'out'].forEach((side, k) => {
        dom.readout(dom.find('[data-sum="' + side + '"]'), this.now[k]);
        const result = graphTables.statistics(this.statRows[k], this.data, k, range, this.now[k]);
        if (k === 0) this.missing = result.missing;
      });
      const missing = Math.round(this.missing);
      const said = missing >= Math.max(1, this.data.step) ? format.duration(missing) + ' missing' : '';
      dom.text(dom.byId('missing'), said);
    }

    showValues() {
      if (dom.find('.datatable').open) graphTables.values(dom.byId('values'), this.data, this.range());
    }

    /** A range from a gesture. `moving`: it goes on, so nothing is written or fetched yet. */
    zoomTo([from, to], moving) {
      const span = to - from;
      if (to > this.edge) [from, to] = [this.edge - span, this.edge];
      if (from < 0) [from, to] = [0, span];
      if (this.isLive) this.lastRange = this.state.range;
      this.state = { ...this.state, range: null, from, to };
      if (moving) {
        this.chart.set({ range: [from, to] });
        this.navigator.follow();
        tikwatch.graphControls.describe(this);
        return;
      }
      this.state.from = Math.round(from);
      this.state.to = Math.max(this.state.from + 1, Math.round(to));
      this.commit(true);
      shell.say('Showing ' + format.duration(span) + ' from ' + format.moment(from, span));
    }

    preset(range) {
      this.lastRange = range;
      this.state = { ...this.state, range, from: null, to: null };
      this.commit(true);
    }

    goLive() {
      this.preset(this.lastRange);
    }

    /** Changes how the view looks, not what it shows. */
    change(changes) {
      this.state = { ...this.state, ...changes };
      this.write(false);
      this.show();
    }

    commit(push) {
      this.write(push);
      this.show();
      this.load();
      this.navigator.load();
    }

    write(push) {
      const query = graphState.write(this.state, location.search);
      const address = location.pathname + (query ? '?' + query : '');
      if (address === location.pathname + location.search) return;
      history[push ? 'pushState' : 'replaceState'](null, '', address);
    }

    restore() {
      this.state = graphState.read(location.search);
      if (this.isLive) this.lastRange = this.state.range;
      this.show();
      this.load();
      this.navigator.load();
    }

    listen() {
      new tikwatch.LiveStream([{ device: this.boot.device, interface: this.boot.interface }], {
        onValues: (second, values) => this.take(second, values[0] || [null, null]),
        onState: state => {
          this.streamState = state;
          tikwatch.graphControls.describeLive(this);
        },
        onReturn: () => {
          this.load();
          this.navigator.load();
        },
      });
      setInterval(() => this.refresh(), 10000);
    }

    take(second, rates) {
      this.edge = second;
      this.now = rates;
      this.recent.push([second, rates]);
      if (this.recent.length > 120) this.recent.shift();
      series.append(this.data, second - 1, rates);
      if (this.isLive) {
        const range = this.range();
        series.trim(this.data, range[0]);
        this.chart.set({ range, healthyUntil: this.healthyUntil() });
        tikwatch.graphControls.describeRange(this);
        if (second % 5 === 0) this.showValues();
      }
      this.navigator.follow(second, rates);
      this.showNumbers();
    }

    /** State of the device and link, events; and long live views anew, since the archives know them better. */
    async refresh() {
      if (document.hidden) return;
      const stale = performance.now() - (this.loaded || 0) > Math.max(60, Math.min(300, this.data.step)) * 1000;
      if (this.isLive && this.data.step > 1 && stale && !this.chart.selection) this.load();
      try {
        const boot = await tikwatch.refresh();
        if (boot) this.boot.healthy = boot.healthy;
      } catch (error) {
        // The live mark says when nothing comes; the next round asks again.
      }
    }
  }

  tikwatch.page = () => {
    const boot = dom.boot();
    clock.sync(boot.t);
    if (!boot.series) return;
    shell.setLive('connecting');
    tikwatch.graphPage = new GraphPage(boot);
  };
})(globalThis.tikwatch ??= {});
