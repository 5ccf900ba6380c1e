/* The canvas chart: two canvases, data below, cursor and selection above, so that moving the mouse never redraws data. */
(function (tikwatch) {
  'use strict';

  const { columns, scale } = tikwatch;

  const DEFAULTS = {
    style: 'area', peaks: true, logarithmic: false, axes: true, interactive: false, hidden: [false, false],
    names: ['In', 'Out'], events: [], linkSpeed: null, roundEnds: true, atLeast: [0, 0], lanes: null, past: null, pastName: '',
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
        lanes: Array.from({ length: 12 }, (_, index) => token(style, '--lane-' + (index + 1))),
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

      /** Several lines on top of each other. In decades heights do not add up. */
    get stacked() {
      return Boolean(this.lanes) && this.style === 'area' && !this.logarithmic;
    }

    /** Whether Out is drawn below zero. */
    get mirrored() {
      return this.style === 'mirror' || (this.stacked && !this.hidden[0] && !this.hidden[1]);
    }

    sign(k) {
      return this.mirrored && k === 1 ? -1 : 1;
    }

    layout(context) {
      this.top = this.axes ? 12 : 2;
      this.plotHeight = Math.max(1, this.height - this.top - (this.axes ? 26 : 2));
      context.font = this.font;
      this.left = this.axes ? Math.ceil(context.measureText('0.00\u202fMbit/s').width) + 14 : 0;
      this.plotWidth = Math.max(10, this.width - this.left - (this.axes ? 10 : 0));
      const [from, to] = this.range;
      const both = series => [0, 1].map(k => columns.columns(series, k, from, to, this.plotWidth));
      this.both = both(this.series);
      this.pastColumns = this.past ? both(this.past) : null;
      this.laneColumns = this.lanes ? this.lanes.map(lane => both(lane.series)) : [];
      const extents = [0, 1].map(k => {
        if (this.hidden[k]) return this.atLeast[k];
        const own = this.lanes ? tikwatch.chartLanes.extent(this, k) : scale.extent(this.both[k], this.peaks);
        return Math.max(this.atLeast[k], own, this.pastColumns ? scale.extent(this.pastColumns[k], false) : 0);
      });
      const up = this.mirrored ? extents[0] : Math.max(...extents);
      const down = this.mirrored ? extents[1] : null;
      const withLink = value => (this.axes && this.linkSpeed && value >= this.linkSpeed / 2 ? Math.max(value, this.linkSpeed) : value);
      this.scale = this.logarithmic
        ? scale.inUnit(scale.logarithmic, withLink(up), down, this.plotHeight)
        : scale.inUnit(scale.linear, withLink(up), down, this.plotHeight, this.axes && this.roundEnds);
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
      const index = columns.indexAt(this.both[0], time);
      if (index < 0) return null;
      const value = name => this.both.map(list => list[name][index]);
      if (value('mean').every(mean => mean !== mean)) return null;
      return { from: left[index], to: right[index], centre: this.both[0].centre[index], mean: value('mean'), high: value('high'), low: value('low'),
        past: this.pastColumns ? columns.meansAt(this.pastColumns, time) : null, lanes: this.laneColumns.map(list => columns.meansAt(list, time)) };
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
