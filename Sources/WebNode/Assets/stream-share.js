/* Windows of one browser that show the same live values share one stream: the oldest leads, the others listen to it.
 * Browsers allow six connections to a host where there is no HTTP/2. */
(function (tikwatch) {
  'use strict';

  const SILENT = 3500; // ms without a word until the leader counts as gone

  class StreamShare {
    /** `onRole(leads)` is called when this window has to begin or to stop; `onValues(data)` with what the leader got. */
    constructor(topic, handlers) {
      this.handlers = handlers;
      this.leads = true;
      this.born = Date.now();
      this.id = Math.random().toString(36).slice(2);
      if (!globalThis.BroadcastChannel) return;
      this.channel = new BroadcastChannel('tikwatch ' + document.baseURI + ' ' + topic);
      this.channel.onmessage = event => this.hear(event.data);
      this.post({ kind: 'who' });
    }

    post(message) {
      if (this.channel) this.channel.postMessage({ ...message, born: this.born, id: this.id });
    }

    /** Whether the sender of a message is older than this window. */
    isOlder({ born, id }) {
      return born < this.born || (born === this.born && id < this.id);
    }

    hear(message) {
      if (message.kind === 'gone') {
        if (!this.leads) this.wait = setTimeout(() => this.take(true), Math.random() * 200);
        return;
      }
      if (!this.isOlder(message)) {
        if (this.leads) this.post({ kind: 'lead' });
        return;
      }
      if (message.kind === 'who') return;
      clearTimeout(this.wait);
      this.heard = performance.now();
      this.take(false);
      if (message.kind === 'values') this.handlers.onValues(message);
    }

    take(leads) {
      if (this.leads === leads) return;
      this.leads = leads;
      if (leads) this.post({ kind: 'lead' });
      this.handlers.onRole(leads);
    }

    /** Once a second: says that it is there, or finds out that nobody is. */
    beat() {
      if (this.leads) this.post({ kind: 'lead' });
      else if (performance.now() - this.heard > SILENT) this.take(true);
    }

    /** The window is hidden or closes. */
    leave() {
      clearTimeout(this.wait);
      if (this.leads) this.post({ kind: 'gone' });
      if (this.channel) this.channel.close();
      this.channel = null;
    }
  }

  tikwatch.StreamShare = StreamShare;
})(globalThis.tikwatch ??= {});
