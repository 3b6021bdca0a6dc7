/** The filters last used, so that the way back from a parcel leads to the same table. */
import { ref } from 'vue'

export const lastView = ref<Record<string, string>>({})
