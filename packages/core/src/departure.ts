/** That a client has left. The signal is made when somebody asks for it: most refusals never do. */
export class Departure {
  #controller: AbortController | undefined;
  #happened = false;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#happened) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  happened(): void {
    this.#happened = true;
    this.#controller?.abort();
  }
}
