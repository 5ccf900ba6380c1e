/* The page of one device: rates of every interface each second. */
(function (tikwatch) {
  'use strict';

  const { dom, format, series, shell, clock } = tikwatch;
  const WINDOW = 900;

  class InterfaceRow {
    constructor(element, data) {
      this.rates = ['in', 'out'].map(side => dom.find('[data-rate="' + side + '"]', element));
      this.sparkBox = dom.find('.spark', element);
      this.series = data.spark ? series.parseSpark(data.spark) : null;
    }

    take(second, rates) {
      this.rates.forEach((cell, k) => dom.text(cell, format.rate(rates[k])));
      if (!this.series) return;
      series.append(this.series, second - 1, rates);
      series.trim(this.series, second - WINDOW);
    }

    draw(now, healthy) {
      if (!this.series || !this.sparkBox) return;
      const options = { series: this.series, range: [now - WINDOW, now], healthyUntil: healthy ? undefined : now };
      if (this.chart) this.chart.set(options);
      else this.chart = shell.themed(new tikwatch.Chart(this.sparkBox, { ...options, style: 'mirror', axes: false, peaks: false }));
    }
  }

  class DevicePage {
    constructor(boot) {
      this.recent = [];
      this.second = Math.floor(boot.t);
      this.adopt(boot);
      this.stream = new tikwatch.LiveStream(boot.interfaces.map(entry => ({ device: boot.device, interface: entry.name })), {
        onValues: (second, values) => this.take(second, values),
        onState: state => shell.setLive(state),
        onReturn: () => this.refresh(),
      });
      setInterval(() => this.refresh(), 10000);
    }

    adopt(boot) {
      this.boot = boot;
      this.healthy = ['up', 'push', 'degraded'].includes(boot.state);
      const elements = new Map(dom.findAll('[data-interface]').map(element => [element.dataset.interface, element]));
      this.rows = boot.interfaces.map(data => (elements.has(data.key) ? new InterfaceRow(elements.get(data.key), data) : null));
      for (const [second, values] of this.recent) this.apply(second, values);
      for (const row of this.rows) if (row) row.draw(this.second, this.healthy);
    }

    apply(second, values) {
      const total = [null, null];
      this.rows.forEach((row, index) => {
        const pair = values[index] || [null, null];
        if (row) row.take(second, pair);
        if (!this.boot.interfaces[index].total) return;
        for (const k of [0, 1]) if (format.isKnown(pair[k])) total[k] = (total[k] || 0) + pair[k];
      });
      dom.readout(dom.find('[data-sum="in"]'), total[0]);
      dom.readout(dom.find('[data-sum="out"]'), total[1]);
    }

    take(second, values) {
      this.second = second;
      this.recent.push([second, values]);
      if (this.recent.length > 60) this.recent.shift();
      this.apply(second, values);
      for (const row of this.rows) if (row) row.draw(second, this.healthy);
    }

    async refresh() {
      if (document.hidden || this.refreshing) return;
      this.refreshing = true;
      try {
        const boot = await tikwatch.refresh();
        if (boot) {
          const names = list => list.map(entry => entry.name).join('\n');
          if (names(boot.interfaces) !== names(this.boot.interfaces)) location.reload(); // the stream must ask for others
          else this.adopt(boot);
        }
      } catch (error) {
        // The live mark says when nothing comes; the next round asks again.
      } finally {
        this.refreshing = false;
      }
    }
  }

  tikwatch.page = () => {
    const boot = dom.boot();
    clock.sync(boot.t);
    if (boot.interfaces.length === 0) {
      setInterval(() => document.hidden || location.reload(), 30000); // nothing is known yet; it may become so
      return;
    }
    shell.setLive('connecting');
    new DevicePage(boot);
  };
})(globalThis.tikwatch ??= {});
