/** ECharts on demand: only what the charts use, coloured by the page's own tokens. */
import type { EChartsCoreOption, EChartsType } from 'echarts/core'

export async function drawer(): Promise<(place: HTMLElement, option: EChartsCoreOption) => EChartsType> {
  const [core, charts, components, renderers] = await Promise.all([
    import('echarts/core'), import('echarts/charts'), import('echarts/components'), import('echarts/renderers'),
  ])
  core.use([charts.BarChart, charts.LineChart, components.GridComponent, components.TooltipComponent, components.LegendComponent, renderers.SVGRenderer])
  return (place, option) => {
    const chart = core.getInstanceByDom(place) ?? core.init(place, undefined, { renderer: 'svg' })
    chart.setOption(option, true)
    return chart
  }
}

/** A token of the style sheets as the chart needs it. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}
