/* The canvas chart: two canvases, data below, cursor and selection above, so that moving the mouse never redraws data. */
(function (tikwatch) {
  'use strict';

  const { columns, scale } = tikwatch;

  const DEFAULTS = {
    style: 'area', peaks: true, logarithmic: false, axes: true, interactive: false, hidden: [false, false],
    names: ['In', 'Out'], events: [], linkSpeed: null, roundEnds: true, atLeast: [0, 0],
    onRange: null, onCursor: null, onCancel: null,
  };

  const token = (style, name) => style.getPropertyValue(name).trim();

  class Chart {
    /** Draws `options.series` in `options.range` into `element`, and again whenever the element's size changes. */
    constructor(element, options) {
      this.element = element;
      Object.assign(this, DEFAULTS, options);
      this.base = document.createElement('canvas');
      this.over = document.createElement('canvas');
      this.over.className = 'chart-overlay';
      this.tip = document.createElement('div');
      this.tip.className = 'chart-tip';
      this.tip.hidden = true;
      element.replaceChildren(this.base, this.over, this.tip);
      this.cursor = null;
      this.selection = null;
      this.brush = null;
      this.readTheme();
      new ResizeObserver(() => this.resize()).observe(element);
      this.resize();
      if (this.interactive) tikwatch.chartInput.bind(this);
    }

    /** The colours come from the style sheet; nothing else names one. */
    readTheme() {
      const style = getComputedStyle(this.element);
      this.colours = {
        series: [token(style, '--in'), token(style, '--out')],
        grid: token(style, '--grid'), line: token(style, '--line'), text: token(style, '--muted'), strong: token(style, '--text'),
        surface: token(style, '--card'), accent: token(style, '--accent'), onAccent: token(style, '--on-accent'), gap: token(style, '--gap'),
      };
      this.font = '12px ' + (token(style, '--font') || 'sans-serif');
      this.hatch = tikwatch.chartDraw.hatchTile(this.colours.gap);
    }

    resize() {
      const box = this.element.getBoundingClientRect();
      this.setSize(Math.round(box.width), Math.round(box.height), Math.max(1, globalThis.devicePixelRatio || 1));
      this.draw();
    }

    setSize(width, height, density) {
      this.width = width;
      this.height = height;
      this.density = density;
      for (const canvas of [this.base, this.over]) {
        canvas.width = width * density;
        canvas.height = height * density;
        canvas.style.width = width + 'px';
        canvas.style.height = height + 'px';
      }
    }

    /** Changes any option and draws once. */
    set(changes) {
      Object.assign(this, changes);
      this.draw();
    }

    x(time) {
      return this.left + (time - this.range[0]) / (this.range[1] - this.range[0]) * this.plotWidth;
    }

    time(x) {
      return this.range[0] + (x - this.left) / this.plotWidth * (this.range[1] - this.range[0]);
    }

    y(value) {
      return this.top + this.scale.share(value) * this.plotHeight;
    }

    layout(context) {
      this.top = this.axes ? 12 : 2;
      this.plotHeight = Math.max(1, this.height - this.top - (this.axes ? 26 : 2));
      context.font = this.font;
      this.left = this.axes ? Math.ceil(context.measureText('0.00\u202fMbit/s').width) + 14 : 0;
      this.plotWidth = Math.max(10, this.width - this.left - (this.axes ? 10 : 0));
      const [from, to] = this.range;
      this.both = [0, 1].map(k => columns.columns(this.series, k, from, to, this.plotWidth));
      const extents = this.both.map((list, k) => Math.max(this.atLeast[k], this.hidden[k] ? 0 : scale.extent(list, this.peaks)));
      const mirrored = this.style === 'mirror';
      const up = mirrored ? extents[0] : Math.max(...extents);
      const down = mirrored ? extents[1] : null;
      this.scale = this.logarithmic
        ? scale.logarithmic(up, down, this.plotHeight)
        : scale.linear(up, down, this.plotHeight, this.axes && this.roundEnds);
    }

    draw() {
      if (!this.width || !this.height || !this.series) return;
      const context = this.base.getContext('2d');
      context.setTransform(this.density, 0, 0, this.density, 0, 0);
      context.clearRect(0, 0, this.width, this.height);
      this.layout(context);
      tikwatch.chartDraw.all(this, context);
      this.drawOverlay();
    }

    drawOverlay() {
      if (!this.width || !this.height || !this.scale) return;
      tikwatch.chartOverlay.all(this, this.over.getContext('2d'));
    }

    /** What is drawn at `time`: the column's edges, means and extremes; `null` in a gap or outside. */
    at(time) {
      const { left, right } = this.both[0];
      if (left.length === 0) return null;
      const index = Math.floor((time - left[0]) / (right[0] - left[0]));
      if (index < 0 || index >= left.length) return null;
      const value = name => this.both.map(list => list[name][index]);
      if (value('mean').every(mean => mean !== mean)) return null;
      return { from: left[index], to: right[index], centre: this.both[0].centre[index], mean: value('mean'), high: value('high'), low: value('low') };
    }

    setCursor(time) {
      this.cursor = time;
      this.drawOverlay();
      if (this.onCursor) this.onCursor(time, time === null ? null : this.at(time));
    }

    /** Moves the cursor by whole columns, so that each key press reads the next value. */
    stepCursor(count) {
      const [from, to] = this.range;
      const size = this.both[0].size * this.series.step;
      const wide = Math.max(size, (to - from) / 120);
      const start = this.cursor === null ? Math.min(to, this.series.end) - (count > 0 ? wide : 0) : this.cursor;
      this.setCursor(Math.min(to, Math.max(from, start + count * wide)));
    }

    zoom(factor, around) {
      const [from, to] = this.range;
      const centre = around === null || around === undefined ? (from + to) / 2 : around;
      this.emit([centre - (centre - from) * factor, centre + (to - centre) * factor].map(Math.round), false);
    }

    pan(share) {
      const [from, to] = this.range;
      const move = (to - from) * share;
      this.emit([from + move, to + move].map(Math.round), false);
    }

    /** Tells the page which range the user asks for; `moving` while a gesture goes on. */
    emit(range, moving) {
      let [from, to] = range;
      if (to - from < 5) {
        const centre = (from + to) / 2;
        from = Math.round(centre - 2.5);
        to = from + 5;
      }
      if (this.onRange) this.onRange([from, to], moving);
    }
  }

  tikwatch.Chart = Chart;
})(globalThis.tikwatch ??= {});
