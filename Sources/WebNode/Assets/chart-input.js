/* Mouse, touch and wheel on a chart. Keys belong to the page. */
(function (tikwatch) {
  'use strict';

  const LONG_PRESS = 400; // milliseconds
  const SLIP = 4; // pixels that are still a click

  /** One gesture at a time: `zoom` selects, `pan` moves, `pinch` scales, `read` moves the cursor by touch. */
  class Gestures {
    constructor(chart) {
      this.chart = chart;
      this.points = new Map();
      this.mode = null;
      this.press = 0;
      this.lastType = 'mouse';
    }

    local(event) {
      return event.clientX - this.chart.over.getBoundingClientRect().left;
    }

    inside(x) {
      const { left, plotWidth } = this.chart;
      return Math.min(left + plotWidth, Math.max(left, x));
    }

    down(event) {
      const { chart } = this;
      if (event.button) return;
      this.lastType = event.pointerType;
      chart.over.setPointerCapture(event.pointerId);
      this.points.set(event.pointerId, this.local(event));
      chart.element.dataset.pointer = '';
      chart.element.focus({ preventScroll: true });
      this.range = chart.range.slice();
      if (this.points.size === 2) {
        this.mode = 'pinch';
        this.moved = true;
        chart.selection = null;
        this.origin = [...this.points.values()];
        clearTimeout(this.press);
        return;
      }
      this.moved = false;
      this.start = this.inside(this.local(event));
      const touch = event.pointerType === 'touch';
      this.mode = touch || event.shiftKey ? 'pan' : 'zoom';
      if (touch) {
        this.press = setTimeout(() => {
          if (this.moved) return;
          this.mode = 'read';
          chart.setCursor(chart.time(this.start));
        }, LONG_PRESS);
      }
    }

    move(event) {
      const { chart } = this;
      const x = this.local(event);
      if (this.points.has(event.pointerId)) this.points.set(event.pointerId, x);
      if (this.mode && Math.abs(x - this.start) > SLIP) this.moved = true;
      if (this.mode === 'zoom') {
        chart.selection = this.moved ? [chart.time(this.start), chart.time(this.inside(x))] : null;
      } else if (this.mode === 'pan' && this.moved) {
        const shift = (this.start - x) / chart.plotWidth * (this.range[1] - this.range[0]);
        chart.emit([this.range[0] + shift, this.range[1] + shift], true);
      } else if (this.mode === 'pinch' && this.points.size === 2) {
        this.pinch();
      }
      if (event.pointerType !== 'touch' || this.mode === 'read') chart.setCursor(chart.time(this.inside(x)));
    }

    pinch() {
      const { chart, range } = this;
      const [a0, b0] = this.origin;
      const [a1, b1] = [...this.points.values()];
      const factor = Math.abs(b0 - a0) / Math.max(8, Math.abs(b1 - a1));
      const span = (range[1] - range[0]) * factor;
      const centre = range[0] + ((a0 + b0) / 2 - chart.left) / chart.plotWidth * (range[1] - range[0]);
      const share = ((a1 + b1) / 2 - chart.left) / chart.plotWidth;
      chart.emit([centre - share * span, centre + (1 - share) * span], true);
    }

    up(event) {
      const { chart } = this;
      clearTimeout(this.press);
      this.points.delete(event.pointerId);
      const mode = this.mode;
      this.mode = null;
      if (mode === 'zoom' && chart.selection) {
        const range = [...chart.selection].sort((a, b) => a - b).map(Math.round);
        chart.selection = null;
        if (range[1] - range[0] >= 1) chart.emit(range, false);
      } else if ((mode === 'pan' || mode === 'pinch') && this.moved) {
        chart.emit(chart.range.map(Math.round), false);
      }
      chart.selection = null;
      if (event.pointerType === 'touch' && mode !== 'read') chart.setCursor(null);
      else chart.drawOverlay();
    }

    cancel() {
      clearTimeout(this.press);
      const moved = this.mode && this.moved;
      this.mode = null;
      this.points.clear();
      this.chart.selection = null;
      if (moved && this.chart.onCancel) this.chart.onCancel();
      this.chart.drawOverlay();
    }

    leave() {
      if (!this.mode) this.chart.setCursor(null);
    }

    wheel(event) {
      if (!event.ctrlKey && !event.metaKey) return; // the plain wheel scrolls the page
      event.preventDefault();
      this.chart.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.chart.time(this.local(event)));
    }

    double(event) {
      if (this.lastType === 'touch') this.chart.zoom(0.5, this.chart.time(this.inside(this.local(event))));
      else this.chart.zoom(2, null);
    }
  }

  function bind(chart) {
    const gestures = new Gestures(chart);
    const surface = chart.over;
    surface.addEventListener('pointerdown', event => gestures.down(event));
    surface.addEventListener('pointermove', event => gestures.move(event));
    surface.addEventListener('pointerup', event => gestures.up(event));
    surface.addEventListener('pointercancel', () => gestures.cancel());
    surface.addEventListener('pointerleave', () => gestures.leave());
    surface.addEventListener('wheel', event => gestures.wheel(event), { passive: false });
    surface.addEventListener('dblclick', event => gestures.double(event));
    chart.element.addEventListener('keydown', () => delete chart.element.dataset.pointer);
    chart.cancelGesture = () => gestures.cancel();
  }

  tikwatch.chartInput = { bind };
})(globalThis.tikwatch ??= {});
