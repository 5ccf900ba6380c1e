/* The value under the cursor in words, a moment after the cursor stops, for people who listen. */
(function (tikwatch) {
  'use strict';

  const { format, shell } = tikwatch;
  const PAUSE = 400; // milliseconds
  let timer = 0;

  function words(time, value) {
    if (!value) return format.clock(time) + ', no data';
    const start = value.to - value.from >= 86400 ? format.day(value.from) : format.clock(value.from);
    const side = (name, k) => ', ' + name + ' ' + format.rate(value.mean[k]);
    const past = value.past ? ', before that in ' + format.rate(value.past[0]) + ', out ' + format.rate(value.past[1]) : '';
    return start + side('in', 0) + side('out', 1) + past;
  }

  function later(chart, time, value) {
    clearTimeout(timer);
    if (time === null || document.activeElement !== chart.element) return;
    timer = setTimeout(() => shell.say(words(time, value)), PAUSE);
  }

  /** Arrow keys, Home and End move the cursor of a focused chart. `Shift` is left to the page. */
  function bindCursorKeys(chart) {
    chart.element.addEventListener('keydown', event => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const [from, to] = chart.range;
      const action = {
        ArrowLeft: () => chart.stepCursor(-1),
        ArrowRight: () => chart.stepCursor(1),
        Home: () => chart.setCursor(from),
        End: () => chart.setCursor(Math.min(to, chart.series.end - chart.series.step / 2)),
        Escape: () => chart.setCursor(null),
      }[event.key];
      if (!action) return;
      action();
      event.preventDefault();
    });
    chart.element.addEventListener('blur', () => chart.setCursor(null));
  }

  tikwatch.spoken = { words, later, bindCursorKeys };
})(globalThis.tikwatch ??= {});
