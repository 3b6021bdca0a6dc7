/** Stacked bars by ECharts, of which only what is used is bundled; loaded when a chart is there. */
import { BarChart as Bar } from 'echarts/charts'
import { GridComponent, LegendComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import type { RouteLocationRaw } from 'vue-router'

export type BarTone = 'good' | 'bad' | 'warn' | 'neutral' | 'unknown' | 'void'

/** Names down the side; for each series a number a name. */
export interface Bars {
  names: string[]
  series: { name: string; tone: BarTone; values: number[]; to?: (at: number) => RouteLocationRaw }[]
}

export interface BarChart {
  draw: (bars: Bars) => void
  end: () => void
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

const NARROW = 360

use([Bar, GridComponent, LegendComponent, CanvasRenderer])

export function barChart(box: HTMLElement, open: (to: RouteLocationRaw) => void): BarChart {
  const chart = init(box)
  let shown: Bars | null = null
  chart.on('click', (event) => {
    const target = shown?.series[event.seriesIndex ?? 0]?.to?.(event.dataIndex)
    if (target) open(target)
  })
  const sized = new ResizeObserver(() => chart.resize())
  sized.observe(box)
  return {
    draw(bars) {
      shown = bars
      const ink = colour('--ink-2')
      const font = { color: ink, fontFamily: colour('--font'), fontSize: 12 }
      // A narrow chart has its legend one below the other, and breaks its names.
      const narrow = chart.getWidth() < NARROW
      chart.setOption({
        animation: false,
        textStyle: font,
        grid: { left: 8, right: 24, top: narrow ? 20 * bars.series.length + 8 : 28, bottom: 4, containLabel: true },
        legend: { left: 0, top: 0, orient: narrow ? 'vertical' : 'horizontal', itemWidth: 10, itemHeight: 10, textStyle: font },
        xAxis: { type: 'value', minInterval: 1, axisLabel: font, splitLine: { lineStyle: { color: colour('--line') } } },
        yAxis: { type: 'category', inverse: true, data: bars.names, axisLabel: narrow ? { ...font, width: 92, overflow: 'break' } : font, axisTick: { show: false }, axisLine: { lineStyle: { color: colour('--line-2') } } },
        series: bars.series.map((one) => ({
          name: one.name, type: 'bar', stack: 'all', barMaxWidth: 18, data: one.values, cursor: one.to ? 'pointer' : 'default',
          itemStyle: { color: colour(`--${one.tone}-fill`), borderColor: colour('--surface'), borderWidth: 1 },
        })),
      }, true)
    },
    end() {
      sized.disconnect()
      chart.dispose()
    },
  }
}
