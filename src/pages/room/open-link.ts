import { t } from '@/i18n'
import { device } from '@/stores/device'
import { toast } from '../toast'

/** Opens an address that stood in a message; where that cannot be done it is copied. */
export function openLink(address: string): void {
  if (!device().openAddress(address)) copyText(address.replace(/^mailto:/i, ''), t('common.linkCopied'))
}

/** Copies a text and says so. */
export function copyText(data: string, title = t('common.copied')): void {
  uni.setClipboardData({
    data,
    showToast: false,
    success: () => toast(title),
  })
}
