/* The narrow chart below: a longer period with a window that can be dragged. */
(function (tikwatch) {
  'use strict';

  const { dom, format, shell, graphState, series } = tikwatch;

  class Navigator {
    constructor(element, page) {
      this.element = element;
      this.page = page;
      this.grip = null;
    }

    /** Fetches the longer period and draws it; a failure leaves the old one. */
    async load() {
      const view = this.page.range();
      const range = graphState.around(view, this.page.edge);
      if (this.chart && this.range && Math.abs(range[0] - this.range[0]) < (view[1] - view[0]) / 50 && range[1] === this.range[1]) return this.follow();
      try {
        const { total } = await this.page.content.fetch(range, 500);
        this.range = range;
        this.draw(total);
      } catch (error) {
        if (error.name !== 'AbortError') this.follow(); // the message is at the main chart, which asks the same server
      }
      return undefined;
    }

    /** Mirrored where the chart above is: the same shape is found again. */
    style() {
      return this.page.chart.mirrored ? 'mirror' : 'area';
    }

    draw(data) {
      const options = { series: data, range: this.range, hidden: this.page.state.hidden, brush: this.page.range(), style: this.style() };
      if (this.chart) {
        this.chart.set(options);
      } else {
        this.chart = shell.themed(new tikwatch.Chart(this.element, { ...options, axes: false, peaks: false }));
        this.bind();
      }
      const span = this.range[1] - this.range[0];
      dom.text(dom.byId('navigator-from'), format.moment(this.range[0], span));
      dom.text(dom.byId('navigator-to'), format.moment(this.range[1], span));
    }

    /** Moves the window, and with a live view the whole period. */
    follow(second, rates) {
      if (!this.chart) return;
      if (rates) series.append(this.chart.series, second - 1, rates);
      if (this.page.isLive && second) {
        const span = this.range[1] - this.range[0];
        this.range = [second - span, second];
      }
      this.chart.set({ range: this.range, brush: this.page.range(), hidden: this.page.state.hidden, style: this.style() });
    }

    bind() {
      const surface = this.chart.over;
      const time = event => this.chart.time(event.clientX - surface.getBoundingClientRect().left);
      surface.addEventListener('pointerdown', event => {
        if (event.button) return;
        surface.setPointerCapture(event.pointerId);
        const [from, to] = this.page.range();
        const at = time(event);
        this.grip = at > from && at < to ? at - from : (to - from) / 2;
        this.move(time(event));
      });
      surface.addEventListener('pointermove', event => this.grip !== null && this.move(time(event)));
      const end = commit => {
        if (this.grip === null) return;
        this.grip = null;
        if (commit) this.page.zoomTo(this.page.range().map(Math.round), false);
      };
      surface.addEventListener('pointerup', () => end(true));
      surface.addEventListener('pointercancel', () => end(true));
    }

    move(at) {
      const [from, to] = this.page.range();
      const start = Math.min(at - this.grip, this.page.edge - (to - from));
      this.page.zoomTo([start, start + (to - from)], true);
    }
  }

  tikwatch.Navigator = Navigator;
})(globalThis.tikwatch ??= {});
