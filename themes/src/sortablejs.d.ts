// The part of SortableJS that pull.ts uses; the package brings no types of its own.
declare module 'sortablejs' {
  interface Picked { item: HTMLElement; from: HTMLElement }
  export default class Sortable {
    constructor(list: HTMLElement, options: {
      group: string; draggable: string; sort: boolean; animation: number; forceFallback: boolean; fallbackOnBody: boolean;
      fallbackTolerance: number; delay: number; delayOnTouchOnly: boolean; touchStartThreshold: number; emptyInsertThreshold: number;
      filter: string; preventOnFilter: boolean; onStart(event: Picked): void; onEnd(event: Picked): void;
    });
    destroy(): void;
  }
}
