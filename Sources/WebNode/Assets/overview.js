/* The overview: numbers and sparklines each second, order and filter without a reload. */
(function (tikwatch) {
  'use strict';

  const { dom, format, series, shell, clock } = tikwatch;
  const WINDOW = 900; // seconds that all sparklines share
  const RANK = { down: 0, stale: 1, degraded: 2, starting: 3, push: 4, up: 4 };
  const PROBLEM = 2; // ranks up to here are problems
  const SHORT_SILENCE = 60; // seconds; a device that says nothing for longer counts as out

  /** One device on the page, as a card or as a row. */
  class DeviceEntry {
    constructor(element, data) {
      this.element = element;
      this.data = data;
      this.rates = ['in', 'out'].map(side => dom.find('[data-rate="' + side + '"]', element));
      this.bars = ['in', 'out'].map(side => dom.find('[data-share="' + side + '"]', element));
      this.sparkBox = dom.find('.spark', element);
      this.series = data.spark ? series.parseSpark(data.spark) : null;
      this.known = this.series ? this.series.end : NaN; // end of the newest second that is known
      this.visible = false;
    }

    /** The newest known rate: what "busiest" sorts by. */
    get weight() {
      return (this.data.in || 0) + (this.data.out || 0);
    }

    take(second, rates) {
      if (rates[0] !== null || rates[1] !== null) this.known = second;
      if (this.series) {
        series.append(this.series, second - 1, rates);
        series.trim(this.series, second - WINDOW);
      }
      // The last known values of a stale device stay, muted.
      if (this.data.state === 'stale' && rates.every(rate => rate === null)) return;
      [this.data.in, this.data.out] = rates;
      if (this.visible) this.showRates(); // what nobody sees costs nothing; it is written when it comes into view
    }

    /** The highest values of the last minutes, in and out. */
    peaks() {
      const highest = list => list.reduce((top, value) => (value > top ? value : top), 0);
      return this.series ? this.series.avg.map(highest) : [0, 0];
    }

    showRates() {
      const values = [this.data.in, this.data.out];
      values.forEach((value, k) => {
        if (this.rates[k] && this.rates[k].tagName === 'TD') dom.text(this.rates[k], format.rate(value));
        else dom.readout(this.rates[k], value);
        if (!this.bars[k] || !this.data.speed) return;
        const share = format.isKnown(value) ? Math.min(1, value / this.data.speed) : 0;
        this.bars[k].setAttribute('width', share > 0 ? Math.max(0.8, share * 100) : 0);
      });
    }

    draw(now, common) {
      if (!this.visible || !this.sparkBox || !this.series) return;
      const healthy = ['up', 'push', 'degraded'].includes(this.data.state);
      const options = { series: this.series, range: [now - WINDOW, now], healthyUntil: healthy ? undefined : now };
      Object.assign(options, common ? { logarithmic: true, atLeast: common } : { logarithmic: false, atLeast: [0, 0] });
      if (this.chart) this.chart.set(options);
      else this.chart = shell.themed(new tikwatch.Chart(this.sparkBox, { ...options, style: 'mirror', axes: false, peaks: false }));
    }
  }

  class Overview {
    constructor(boot) {
      this.recent = [];
      this.second = Math.floor(boot.t);
      this.lastSaid = boot.t;
      this.observer = new IntersectionObserver(entries => this.seen(entries), { rootMargin: '120px' });
      this.adopt(boot);
      this.bindChoices();
      new tikwatch.LiveStream([], {
        onValues: (second, values, order) => this.take(second, values, order),
        onState: state => shell.setLive(state),
        onReturn: () => this.refresh(),
      });
      setInterval(() => this.refresh(), this.entries.size > 100 ? 60000 : 10000);
    }

    /** Takes over what the server knows: at load, and after each refresh. */
    adopt(boot) {
      this.whole = boot.whole;
      this.standardView = boot.view;
      this.order = new Map(boot.devices.map((data, index) => [data.name, index]));
      this.entries = new Map();
      this.observer.disconnect();
      const elements = new Map(dom.findAll('[data-device]').map(element => [element.dataset.device, element]));
      for (const data of boot.devices) {
        const element = elements.get(data.name);
        if (!element) continue;
        this.entries.set(data.name, new DeviceEntry(element, data));
        this.observer.observe(element);
      }
      this.adoptHero(boot.hero);
      for (const [second, values, order] of this.recent) this.apply(second, values, order);
      this.arrange();
    }

    adoptHero(spark) {
      const box = dom.byId('hero-chart');
      if (!box || !spark) return;
      this.sum = series.parseSpark(spark);
      const end = Math.max(this.sum.end, this.second);
      if (this.hero) {
        this.hero.set({ series: this.sum });
        return;
      }
      this.hero = shell.themed(new tikwatch.Chart(box, {
        series: this.sum, range: [end - WINDOW, end], style: 'mirror', peaks: false, interactive: true,
        onCursor: (time, value) => tikwatch.spoken.later(this.hero, time, value),
      }));
      tikwatch.spoken.bindCursorKeys(this.hero);
    }

    /** The top of the scale that all rows share, where that was chosen; worked out once a second at most. */
    common() {
      if (this.chosen('scale') !== 'log') return null;
      if (!this.commonScale || this.commonSecond !== this.second) {
        const peaks = [...this.entries.values()].map(entry => entry.peaks());
        this.commonScale = [0, 1].map(k => peaks.reduce((top, each) => Math.max(top, each[k]), 0));
        this.commonSecond = this.second;
      }
      return this.commonScale;
    }

    seen(entries) {
      for (const { target, isIntersecting } of entries) {
        const entry = this.entries.get(target.dataset.device);
        if (!entry) continue;
        entry.visible = isIntersecting;
        if (!isIntersecting) continue;
        entry.showRates();
        entry.draw(this.second, this.common());
      }
    }

    take(second, values, order) {
      this.second = second;
      this.recent.push([second, values, order]);
      if (this.recent.length > 60) this.recent.shift();
      const total = this.apply(second, values, order);
      const common = this.common();
      for (const entry of this.entries.values()) entry.draw(second, common);
      if (this.hero) this.hero.set({ range: [second - WINDOW, second] });
      this.showSum(total);
      this.showBusiest();
      if (second - this.lastSaid >= 30) {
        this.lastSaid = second;
        shell.say('All links: in ' + format.rate(total[0]) + ', out ' + format.rate(total[1]));
      }
    }

    /** Stores one second; returns the sums. While a device is silent for a moment the sum is unknown, not smaller. */
    apply(second, values, order) {
      const total = [null, null];
      let complete = true;
      (order || [...this.order.keys()]).forEach((name, index) => {
        const pair = values[index] || [null, null];
        const entry = this.entries.get(name);
        if (entry) entry.take(second, pair);
        if (entry && second - entry.known > 0 && second - entry.known <= SHORT_SILENCE) complete = false;
        for (const k of [0, 1]) {
          if (format.isKnown(pair[k])) total[k] = (total[k] || 0) + pair[k];
        }
      });
      if (this.sum) {
        series.append(this.sum, second - 1, complete ? total : [null, null]);
        series.trim(this.sum, second - WINDOW);
      }
      return total;
    }

    showSum(total) {
      if (total[0] === null && total[1] === null) return;
      dom.readout(dom.find('[data-sum="in"]'), total[0]);
      dom.readout(dom.find('[data-sum="out"]'), total[1]);
    }

    showBusiest() {
      const link = dom.byId('busiest-name');
      let best = null;
      for (const entry of this.entries.values()) if (!best || entry.weight > best.weight) best = entry;
      if (!link || !best || best.weight === 0) return;
      const [number, unit] = format.parts(best.weight, 'bit/s');
      dom.text(dom.byId('busiest-rate'), number);
      dom.text(dom.byId('busiest-unit'), unit);
      dom.text(link, best.data.name);
      link.setAttribute('href', dom.find('a', best.element).getAttribute('href'));
    }

    async refresh() {
      if (document.hidden || this.refreshing) return;
      this.refreshing = true;
      try {
        const boot = await tikwatch.refresh();
        if (boot) this.adopt(boot);
      } catch (error) {
        // The live mark says when nothing comes; the next round asks again.
      } finally {
        this.refreshing = false;
      }
    }

    bindChoices() {
      for (const link of dom.findAll('[data-sort], [data-filter], [data-scale]')) {
        link.addEventListener('click', event => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          for (const other of dom.findAll('a', link.closest('.seg'))) other.removeAttribute('aria-current');
          link.setAttribute('aria-current', 'true');
          this.arrange();
          for (const entry of this.entries.values()) entry.draw(this.second, this.common());
          history.replaceState(null, '', this.updateLinks());
        });
      }
    }

    chosen(name) {
      const link = dom.find('[data-' + name + '][aria-current]');
      return link ? link.dataset[name] : null;
    }

    arrange() {
      const byOrder = (a, b) => this.order.get(a.data.name) - this.order.get(b.data.name);
      const compare = {
        name: byOrder,
        rate: (a, b) => b.weight - a.weight || byOrder(a, b),
        state: (a, b) => RANK[a.data.state] - RANK[b.data.state] || byOrder(a, b),
      }[this.chosen('sort')] || byOrder;
      const problemsOnly = this.chosen('filter') === 'problems';
      const sorted = [...this.entries.values()].sort(compare);
      for (const entry of sorted) entry.element.hidden = problemsOnly && RANK[entry.data.state] > PROBLEM;
      const shown = [...this.entries.values()].map(entry => entry.element);
      const moved = sorted.some((entry, index) => entry.element !== shown[index] || entry.element.nextElementSibling !== (sorted[index + 1] || { element: null }).element);
      if (moved) for (const entry of sorted) entry.element.parentNode.append(entry.element);
      const nothing = dom.byId('nothing');
      if (nothing) nothing.hidden = sorted.some(entry => !entry.element.hidden);
    }

    /** Every choice keeps the others in its link, as the server wrote them at load. Returns the page's own address. */
    updateLinks() {
      const choices = { sort: this.chosen('sort'), filter: this.chosen('filter'), view: this.chosen('view'), scale: this.chosen('scale') };
      const standard = { sort: 'state', filter: 'all', view: this.standardView, scale: 'own' };
      const address = (changed, value) => {
        const url = new URL(location.href);
        for (const [name, current] of Object.entries({ ...choices, ...(changed ? { [changed]: value } : {}) })) {
          if (current && current !== standard[name]) url.searchParams.set(name, current);
          else url.searchParams.delete(name);
        }
        return url.href;
      };
      for (const name of Object.keys(choices)) {
        for (const link of dom.findAll('[data-' + name + ']')) link.href = address(name, link.dataset[name]);
      }
      return address();
    }
  }

  tikwatch.page = () => {
    const boot = dom.boot();
    clock.sync(boot.t);
    if (boot.devices.length === 0 && !boot.hero) {
      setInterval(() => document.hidden || location.reload(), 10000); // the first device may appear at any time
      return;
    }
    shell.setLive('connecting');
    new Overview(boot);
  };
})(globalThis.tikwatch ??= {});
