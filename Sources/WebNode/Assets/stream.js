/* Live values: one EventSource for the page, polling where that fails, closed while the page is hidden. */
(function (tikwatch) {
  'use strict';

  const { dom, format } = tikwatch;
  const SILENCE = 6000; // ms without an event until polling begins
  const POLL = 2000;
  const RETRY = 60000;

  /** The server's clock. Its time comes with every event; the browser's own may be wrong by hours. */
  const clock = {
    offset: 0,
    sync(time) {
      clock.offset = time - Date.now() / 1000;
    },
    now() {
      return Date.now() / 1000 + clock.offset;
    },
  };

  const subscription = ({ device, interface: name }) => encodeURIComponent(device) + (name === null ? '' : '/' + encodeURIComponent(name));

  class LiveStream {
    /** `subscriptions` are `{device, interface}`, without interface the device's total; none: the totals of all devices.
     *  `onValues(second, values, order)` gets `[[in, out], …]` of the second that ends at `second`, and the device names;
     *  `onState` gets `live` or `delayed`; `onReturn` is called when values may have been missed. */
    constructor(subscriptions, handlers) {
      this.subscriptions = subscriptions;
      this.handlers = handlers;
      this.order = null;
      this.last = 0;
      this.heard = performance.now();
      this.state = null;
      document.addEventListener('visibilitychange', () => this.visibility());
      addEventListener('pagehide', () => this.close());
      addEventListener('pageshow', event => event.persisted && this.open());
      setInterval(() => this.watch(), 1000);
      this.open();
    }

    open() {
      this.close();
      if (document.hidden || this.paused) return;
      const query = this.subscriptions.map(subscription).join(',');
      this.share = new tikwatch.StreamShare(query, {
        onRole: leads => (leads ? this.connect(query) : this.disconnect()),
        onValues: ({ second, values, order }) => {
          this.heard = performance.now();
          this.order = order;
          this.values(second, values);
        },
      });
      this.connect(query);
    }

    connect(query) {
      this.disconnect();
      const source = new EventSource('api/v1/stream' + (query ? '?s=' + query : ''));
      this.source = source;
      this.opened = performance.now();
      source.addEventListener('hello', event => this.hello(JSON.parse(event.data)));
      source.addEventListener('message', event => this.message(JSON.parse(event.data)));
      source.addEventListener('bye', () => {
        this.disconnect();
        setTimeout(() => this.share && this.share.leads && this.connect(query), Math.random() * 2000);
      });
    }

    disconnect() {
      if (this.source) this.source.close();
      this.source = null;
    }

    close() {
      this.disconnect();
      if (this.share) this.share.leave();
      this.share = null;
    }

    /** Stops listening, for a page that asks now and then with `poll`. */
    pause(paused) {
      if (this.paused === paused) return;
      this.paused = paused;
      this.heard = performance.now();
      this.state = null;
      if (paused) this.close();
      else this.open();
    }

    visibility() {
      if (document.hidden) {
        this.close();
        this.left = performance.now();
        return;
      }
      this.heard = performance.now();
      this.open();
      if (this.left && performance.now() - this.left > 1500) this.handlers.onReturn();
    }

    hello(data) {
      this.order = data.order.map(entry => entry.device);
      this.heard = performance.now();
      if (format.isKnown(data.t)) clock.sync(data.t);
    }

    message(data) {
      this.heard = performance.now();
      this.values(data.t + 1, data.v); // an event is named by the beginning of its second
    }

    values(second, values) {
      if (second <= this.last) return; // told already, before a break
      const missed = this.last > 0 && second - this.last > 1.5;
      this.last = second;
      clock.sync(second);
      this.tell('live');
      if (this.share && this.share.leads) this.share.post({ kind: 'values', second, values, order: this.order });
      this.handlers.onValues(second, values, this.order);
      if (missed) this.handlers.onReturn();
    }

    tell(state) {
      if (state === this.state) return;
      this.state = state;
      this.handlers.onState(state);
    }

    /** Once a second: is anything still coming? */
    watch() {
      if (document.hidden || this.paused) return;
      if (this.share) this.share.beat();
      const silent = performance.now() - this.heard;
      if (silent > 5000) this.tell('delayed');
      if (silent > SILENCE && !this.polling && performance.now() - (this.polled || 0) >= POLL) this.poll();
      if (this.polled && performance.now() - this.opened > RETRY && silent > SILENCE) this.open();
    }

    async poll() {
      this.polling = true;
      this.polled = performance.now();
      const devices = [...new Set(this.subscriptions.map(entry => entry.device))];
      const query = devices.map(name => 'device=' + encodeURIComponent(name)).join('&');
      try {
        const answer = await dom.json('api/v1/live' + (query ? '?' + query : ''));
        if (this.subscriptions.length === 0) this.order = Object.keys(answer.devices);
        const pair = entry => (entry ? [entry.in, entry.out] : [null, null]);
        const values = this.subscriptions.length === 0
          ? this.order.map(name => pair(answer.devices[name]))
          : this.subscriptions.map(({ device, interface: name }) => {
            const found = answer.devices[device] || { interfaces: {} };
            return pair(name === null ? found : found.interfaces[name]);
          });
        this.values(Math.floor(answer.t), values);
      } catch (error) {
        this.tell('delayed'); // still no answer; the next round asks again
      } finally {
        this.polling = false;
      }
    }
  }

  tikwatch.clock = clock;
  tikwatch.LiveStream = LiveStream;
})(globalThis.tikwatch ??= {});
