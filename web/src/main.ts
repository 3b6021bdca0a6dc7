import { createApp } from 'vue'
import App from './App.vue'
import { language, setLanguage } from './i18n/language'
import { router } from './router'
import { dress } from './shell/theme'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/print.css'

// The document declares the remembered language before the first page is drawn.
setLanguage(language())
dress()
createApp(App).use(router).mount('#app')
