import { t } from '@/i18n'

/** Opens an address that stood in a message, in the system's browser; mini-programs can only copy it. */
export function openLink(address: string): void {
  // #ifdef H5
  window.open(address, '_blank', 'noopener,noreferrer')
  // #endif
  // #ifdef APP-PLUS
  plus.runtime.openURL(address)
  // #endif
  // #ifdef MP-WEIXIN
  copyText(address, t('common.linkCopied'))
  // #endif
}

/** Copies a text and says so. */
export function copyText(data: string, title = t('common.copied')): void {
  uni.setClipboardData({
    data,
    showToast: false,
    success: () => uni.showToast({ title, icon: 'none' }),
  })
}
