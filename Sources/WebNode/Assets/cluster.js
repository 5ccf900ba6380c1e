/* The cluster page keeps itself fresh. */
(function (tikwatch) {
  'use strict';

  const { dom, clock } = tikwatch;
  const REFRESH = 5000;

  tikwatch.page = () => {
    clock.sync(dom.boot().t);
    setInterval(() => document.hidden || tikwatch.refresh().catch(() => {}), REFRESH); // what is shown stays; the next round asks again
  };
})(globalThis.tikwatch ??= {});
