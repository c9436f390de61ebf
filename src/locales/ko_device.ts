import type { en } from './en.ts';

/** The Korean texts of the pages on which a device without a browser is connected. */
export const device: typeof en.device = {
  title: '기기 연결',
  subtitle: 'TV, 터미널 등 내 기기에 표시된 코드를 입력하세요.',
  hint: 'WDJB-MJHT처럼 영문자 여덟 개예요. 대소문자와 하이픈은 상관없어요.',
  submit: '계속',
  warning: '직접 시작한 연결일 때만 계속하세요. 다른 사람이 코드를 알려 줬다면 멈추세요. 내 계정을 쓰려는 시도예요.',
  apps: '내 계정을 쓸 수 있는 앱',
  problems: {
    missing: '기기에 표시된 코드를 입력하세요',
    wrong: '쓸 수 없는 코드예요. 코드를 확인하거나 기기에서 다시 시작해 새 코드를 받으세요.',
    stale: '페이지를 오래 열어 두었거나 탭을 두 개 열었어요. 코드를 확인하고 다시 한번 계속하세요.',
  },
  confirm: {
    title: '{app} 앱을 연결할까요?',
    subtitle: '기기에 표시된 코드가 아래와 똑같은지 확인하세요.',
    asked: '기기에서 {ago} 요청했어요.',
    asked_from: '{place} 근처의 기기에서 {ago} 요청했어요.',
    allow: '연결',
    stop: '멈추기',
  },
  connected: {
    title: '기기를 연결했어요',
    text: '이 페이지를 닫고 기기로 돌아가세요.',
  },
  stopped: {
    title: '아무것도 연결하지 않았어요',
    text: '기기에는 연결을 멈췄다고 알려요. 직접 시작한 일이 아니라면 더 하실 일은 없어요.',
  },
};
