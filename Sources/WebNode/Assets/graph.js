/* The graph page: one view, its address, its data, and what the user does with them. */
(function (tikwatch) {
  'use strict';

  const { dom, format, shell, clock, graphState, graphTables, graphControls, graphExport } = tikwatch;
  const LOADING_AFTER = 150; // milliseconds
  const SIDES = ['in', 'out'];

  class GraphPage {
    constructor(boot) {
      this.boot = boot;
      this.state = graphState.read(location.search);
      format.useBytes(this.state.bytes);
      this.lastRange = this.state.range || graphState.STANDARD;
      this.edge = Math.floor(boot.t);
      this.now = boot.now;
      this.knownAt = this.edge;
      this.content = new tikwatch.GraphData(boot);
      this.events = boot.events;
      this.statRows = SIDES.map(side => dom.find('[data-direction="' + side + '"]'));
      this.laneRows = dom.findAll('[data-lane]');
      this.chart = shell.themed(new tikwatch.Chart(dom.byId('chart'), {
        ...this.look(), linkSpeed: boot.speed, interactive: true,
        onRange: (range, moving) => this.zoomTo(range, moving),
        onCursor: (time, value) => tikwatch.spoken.later(this.chart, time, value),
        onCancel: () => this.show(),
      }));
      this.navigator = new tikwatch.Navigator(dom.byId('navigator'), this);
      tikwatch.spoken.bindCursorKeys(this.chart);
      graphControls.bind(this);
      graphExport.bind(this);
      addEventListener('popstate', () => this.restore());
      this.volumes = new tikwatch.graphVolumes.GraphVolumes(this);
      this.show();
      this.navigator.load();
      if (this.state.compare && !this.content.past) this.load();
      this.listen();
    }

    get data() {
      return this.content.total;
    }

    get recent() {
      return this.content.recent;
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

    /** How the chart shows the view. */
    look() {
      const { state, content } = this;
      const lanes = content.parts.map((part, index) => ({ name: this.boot.lanes[index].name, series: part, hidden: state.lanes.includes(index + 1) }));
      return {
        series: content.total, range: this.range(), events: this.events, style: state.style, peaks: state.peaks, logarithmic: state.logarithmic,
        hidden: state.hidden, healthyUntil: this.healthyUntil(),
        lanes: lanes.length && lanes.some(lane => !lane.hidden) ? lanes : null,
        past: state.compare ? content.past : null, pastName: state.compare ? graphState.words(state.compare) : '',
      };
    }

    /** Fetches the view. The old graph stays in sight, dimmed, if that takes long. */
    async load() {
      if (this.loading) this.loading.abort();
      const loading = new AbortController();
      this.loading = loading;
      const box = dom.byId('graph');
      const dim = setTimeout(() => box.classList.add('loading'), LOADING_AFTER);
      try {
        const range = this.range();
        const [present, past] = await Promise.all([
          this.content.fetch(range, this.points(), loading.signal),
          this.content.fetchPast(range, this.state.compare, this.points(), loading.signal),
        ]);
        this.content.replace(present);
        this.content.past = past;
        this.events = present.events;
        dom.text(dom.byId('unmarked'), present.unmarked);
        this.fail(present.problem);
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
      this.chart.set(this.look());
      this.navigator.follow();
      graphControls.describe(this);
      this.showNumbers();
      this.showLanes();
      this.showAmounts();
      this.showValues();
    }

    showNumbers() {
      const range = this.range();
      SIDES.forEach((side, k) => {
        dom.readout(dom.find('[data-sum="' + side + '"]'), this.now[k]);
        const result = graphTables.statistics(this.statRows[k], this.data, k, range, this.now[k], this.state.compare ? this.content.past : null);
        if (k === 0) this.missing = result.missing;
      });
      const missing = Math.round(this.missing);
      dom.text(dom.byId('missing'), missing >= Math.max(1, this.data.step) ? format.duration(missing) + ' missing' : '');
      dom.byId('bounded').hidden = !this.data.bounds;
    }

    showLanes() {
      if (this.content.parts.length) graphTables.lanes(this.laneRows, this.content.parts, this.range(), this.content.laneNow);
    }

    showAmounts() {
      graphTables.amounts(this.statRows, this.laneRows, this.volumes.shown);
    }

    showValues() {
      if (!dom.find('.datatable').open) return;
      graphTables.values(dom.byId('values'), this.data, this.range(), this.content.parts, this.state.compare ? this.content.past : null);
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
        graphControls.describe(this);
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
      format.useBytes(this.state.bytes);
      this.write(false);
      this.show();
      if ('compare' in changes) this.load();
      if ('refresh' in changes) this.pace();
      if ('bytes' in changes) this.navigator.follow();
    }

    commit(push) {
      this.write(push);
      this.volumes.change();
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
      format.useBytes(this.state.bytes);
      if (this.isLive) this.lastRange = this.state.range;
      this.volumes.change();
      this.show();
      this.pace();
      this.load();
      this.navigator.load();
    }

    listen() {
      this.stream = new tikwatch.LiveStream(this.boot.lanes, {
        onValues: (second, values) => this.take(second, values),
        onState: state => {
          this.streamState = state;
          graphControls.describeLive(this);
        },
        onReturn: () => {
          this.load();
          this.navigator.load();
        },
      });
      this.pace();
      setInterval(() => this.refresh(), 10000);
    }

    /** Live, or a look every few seconds: then nothing moves in between, and the stream is closed. */
    pace() {
      clearInterval(this.looking);
      this.stream.pause(this.state.refresh !== null);
      if (this.state.refresh !== null) {
        const look = () => document.hidden || this.stream.poll();
        this.looking = setInterval(look, this.state.refresh * 1000);
        look();
      }
      graphControls.describeLive(this);
    }

    take(second, values) {
      const rates = this.content.live(second, values);
      this.edge = second;
      const isKnown = rates.some(format.isKnown);
      if (isKnown) this.knownAt = second;
      // The last values of a device that falls silent stay, muted; of one that is down nothing is known.
      const isOld = !this.boot.down && second - this.knownAt > 10 * this.boot.interval;
      if (isKnown || this.boot.down) this.now = rates;
      dom.byId('now').classList.toggle('old', !isKnown);
      if (isOld !== this.isOld) {
        this.isOld = isOld;
        graphControls.describeLive(this);
      }
      if (this.isLive) {
        const range = this.range();
        this.content.trim(range[0]);
        this.chart.set({ range, healthyUntil: this.healthyUntil() });
        graphControls.describeRange(this);
        if (second % 5 === 0) this.showValues();
      }
      if (second % 5 === 0 || this.state.refresh) this.showLanes();
      this.navigator.follow(second, rates);
      this.showNumbers();
    }

    /** State of the device and link, events; and long live views anew, since the archives know them better. */
    async refresh() {
      if (document.hidden) return;
      const { past } = this.content;
      const stale = performance.now() - (this.loaded || 0) > Math.max(60, Math.min(300, this.data.step)) * 1000;
      const pastEnds = past && past.until < this.edge + 15;
      if (this.isLive && ((this.data.step > 1 && stale) || pastEnds) && !this.chart.selection) this.load();
      if (this.isOld) graphControls.describeLive(this);
      try {
        const boot = await tikwatch.refresh();
        if (boot) for (const name of ['healthy', 'down']) this.boot[name] = boot[name];
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
