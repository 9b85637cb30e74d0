/** A `uni` for component and platform tests: what is not mocked throws, so that no call goes unnoticed. */
import { beforeEach, vi } from 'vitest'

const storage = new Map<string, unknown>()
const mocked: Record<string, unknown> = {
  getStorageSync: (key: string) => storage.get(key) ?? '',
  setStorageSync: (key: string, value: unknown) => void storage.set(key, value),
  removeStorageSync: (key: string) => void storage.delete(key),
  getStorageInfoSync: () => ({ keys: [...storage.keys()], currentSize: 0, limitSize: 10_240 }),
  navigateTo: vi.fn(),
  navigateBack: vi.fn(),
  switchTab: vi.fn(),
  reLaunch: vi.fn(),
  showToast: vi.fn(),
  showModal: vi.fn(),
  showActionSheet: vi.fn(),
  vibrateShort: vi.fn(),
  setNavigationBarTitle: vi.fn(),
  setNavigationBarColor: vi.fn(),
  setTabBarItem: vi.fn(),
  setTabBarBadge: vi.fn(),
  removeTabBarBadge: vi.fn(),
  connectSocket: vi.fn(),
  request: vi.fn(),
  onKeyboardHeightChange: vi.fn(),
  offKeyboardHeightChange: vi.fn(),
  getSystemInfoSync: () => ({ platform: 'web', windowWidth: 390, windowHeight: 844, statusBarHeight: 0 }),
  getWindowInfo: () => ({ windowWidth: 390, windowHeight: 844, statusBarHeight: 0 }),
}
const uniMock = new Proxy(mocked, {
  get(target, key: string) {
    if (key in target) return target[key]
    throw new Error(`uni.${key} is not mocked`)
  },
})
Object.assign(globalThis, { uni: uniMock })
beforeEach(() => {
  storage.clear()
  vi.clearAllMocks()
})

vi.mock('@dcloudio/uni-app', async () => {
  const { onMounted, onUnmounted } = await import('vue')
  const nothing = () => undefined
  return {
    onLoad: (hook: (query: object) => void) => onMounted(() => hook({})),
    onUnload: onUnmounted,
    onReady: onMounted,
    onShow: (hook: () => void) => onMounted(hook),
    onHide: nothing,
    onLaunch: nothing,
    onPageScroll: nothing,
    onBackPress: nothing,
  }
})
