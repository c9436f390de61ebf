import type { en } from './en.ts';

/** The Korean mails. */
export const mail: typeof en.mail = {
  enter_code: '코드를 요청한 페이지에 입력하세요:',
  expires: '코드는 {expires_minutes:minutes} 동안 쓸 수 있어요.',
  link_expires: '링크는 {link_minutes:minutes} 동안 쓸 수 있어요.',
  never_tell: '코드를 아무에게도 알려 주지 마세요. {brand} 담당자는 코드를 묻지 않아요.',
  ignore: '요청하지 않으셨다면 이 메일을 무시하세요. 아무 일도 생기지 않아요.',
  when: '시각: {when}',
  device: '기기: {device}',
  copy_link: '또는 이 링크를 복사하세요:',
  sent_by: '보낸 곳: {brand}, {issuer}',
  verify_email: {
    subject: '[{brand}] 이메일 주소를 확인해 주세요',
    title: '이메일 주소 확인',
    page_closed: '페이지를 닫으셨나요? 여기에서 확인하세요.',
    confirm: '이메일 주소 확인하기',
  },
  already_registered: {
    subject: '[{brand}] 이미 계정이 있어요',
    title: '이미 계정이 있어요',
    what: '누군가(아마도 본인) 이 주소로 {brand} 계정을 만들려고 했어요. 이미 계정이 있어서 바뀐 것은 없어요.',
    action: '페이지로 돌아가 ‘로그인’을 선택하세요.',
    sign_in: '로그인',
    ignore: '본인이 아니라면 이 메일을 무시하세요. 계정은 그대로예요.',
  },
  link_code: {
    subject: '[{brand}] {upstream} 계정 연결',
    title: '{upstream} 계정 연결',
    what: '이 코드를 입력하면 앞으로 {upstream} 계정으로 {brand} 계정에 로그인할 수 있어요.',
    ignore:
      '본인이 아닌가요? 누군가 같은 주소의 {upstream} 계정을 가지고 있어요. 코드가 없으면 로그인할 수 없으니 이 메일을 무시하세요.',
  },
  invitation: {
    subject: '[{brand}] 계정 초대',
    title: '{brand} 계정 초대',
    what: '이 주소로 {brand} 계정을 만들 수 있어요.',
    submit: '계정 만들기',
    expires: '링크는 {expires_seconds:duration} 동안 쓸 수 있어요.',
    ignore: '초대를 요청하지 않으셨다면 이 메일을 무시하세요. 아무 일도 생기지 않아요.',
  },
  reset_password: {
    subject: '[{brand}] 새 비밀번호를 정해 주세요',
    title: '새 비밀번호 정하기',
    what: '누군가(아마도 본인) {brand} 계정의 새 비밀번호를 요청했어요.',
    disowned:
      '{brand} 계정에서 내가 하지 않은 일이 있었다고 알려 주셨어요. 모든 곳에서 로그아웃됐고 이전 비밀번호는 더 이상 쓸 수 없어요. 새 비밀번호를 정해 주세요.',
    social:
      '이 계정은 {upstreams} 계정으로 로그인하고 있어서 비밀번호가 없어도 돼요. 원하시면 여기에서 비밀번호를 정할 수 있어요.',
    action: '새 비밀번호 정하기',
    social_action: '비밀번호 정하기',
    ignore: '본인이 아니라면 이 메일을 무시하세요. 계정은 그대로이고, 이 링크가 없으면 아무도 로그인할 수 없어요.',
  },
  password_changed: {
    subject: '[{brand}] 비밀번호를 바꿨어요',
    title: '비밀번호를 바꿨어요',
    what: '{brand} 계정의 비밀번호가 바뀌었어요.',
    not_you:
      '본인이 아닌가요? 다른 사람이 들어온 거예요. 바로 활동 페이지에서 ‘내가 한 일이 아니에요’를 선택하거나, 로그인 페이지에서 ‘비밀번호를 잊으셨나요?’를 선택하세요. 새 비밀번호를 정하면 모든 곳에서 로그아웃돼요.',
    action: '활동 확인하기',
    fine: '본인이라면 아무것도 하지 않으셔도 돼요.',
  },
  new_device: {
    subject: '[{brand}] 새로운 브라우저에서 로그인했어요',
    title: '새로운 브라우저에서 로그인',
    what: '지금까지 쓰지 않던 브라우저에서 {brand} 계정에 로그인했어요. 본인이라면 아무것도 하지 않으셔도 돼요.',
    not_you:
      '본인이 아닌가요? 어떤 일이 있었는지 확인하세요. 거기에서 모든 기기에서 로그아웃하고 새 비밀번호를 정할 수 있어요.',
    action: '활동 확인하기',
  },
  identity_linked: {
    subject: '[{brand}] {upstream} 계정이 연결됐어요',
    title: '{upstream} 계정이 연결됐어요',
    what: '이제 {upstream} 계정으로 {brand} 계정에 로그인할 수 있어요.',
    as: '연결된 계정: {address}',
    undo: '본인이 아닌가요? 여기에서 연결을 끊으세요. 모든 기기에서 로그아웃되고 새 비밀번호를 정할 수 있어요.',
    undo_label: '{upstream} 연결 끊기',
  },
  identity_unlinked: {
    subject: '[{brand}] {upstream} 연결이 끊어졌어요',
    title: '{upstream} 연결이 끊어졌어요',
    what: '이제 {upstream} 계정으로 {brand} 계정에 로그인할 수 없어요.',
    as: '연결이 끊어진 계정: {address}',
    tell: '본인이 아닌가요? 바로 새 비밀번호를 정하세요. 로그인 페이지의 ‘비밀번호를 잊으셨나요?’에서 할 수 있어요.',
  },
  change_address: {
    subject: '[{brand}] 새 이메일 주소를 확인해 주세요',
    title: '새 이메일 주소를 확인해 주세요',
    what: '누군가(아마도 본인) {brand} 계정({address})의 이메일 주소를 이 주소로 바꾸려고 해요.',
    confirm: '이 주소 확인',
  },
  address_wanted: {
    subject: '[{brand}] 누군가 이 주소를 쓰려고 했어요',
    title: '누군가 이 주소를 쓰려고 했어요',
    what: '누군가(본인일 수도 있어요) 다른 {brand} 계정에 이 주소를 등록하려고 했어요. 이미 회원님의 계정에서 쓰는 주소라서 바뀐 것은 없어요.',
    ignore: '본인이 아니라면 아무것도 하지 않아도 돼요. 계정은 그대로예요.',
  },
  address_confirmed: {
    subject: '[{brand}] 계정의 이메일 주소가 이 주소로 바뀌었어요',
    title: '이제 이 주소를 사용해요',
    what: '이제부터 {brand} 계정은 이 이메일 주소를 사용해요. 이 주소로 로그인해 주세요.',
    tell: '본인이 아닌가요? 바로 고객 지원에 알려 주세요.',
  },
  address_changed: {
    subject: '[{brand}] 계정의 이메일 주소가 바뀌었어요',
    title: '이메일 주소가 바뀌었어요',
    what: '{brand} 계정의 이메일 주소가 이 주소에서 새 주소({address})로 바뀌었어요.',
    undo: '본인이 아닌가요? 되돌리면 이 주소를 다시 쓰고, 모든 기기에서 로그아웃되고, 새 비밀번호를 정하게 돼요.',
    undo_label: '변경 되돌리기',
  },
  address_restored: {
    subject: '[{brand}] 계정의 이메일 주소가 이전 주소로 돌아갔어요',
    title: '변경을 되돌렸어요',
    what: '{address} 메일함의 주인이 주소 변경을 되돌렸어요. {brand} 계정은 다시 그 주소를 쓰고, 모든 기기에서 로그아웃됐어요.',
    tell: '잘못된 일인가요? 고객 지원에 알려 주세요.',
  },
  deletion_scheduled: {
    subject: '[{brand}] 계정이 삭제될 예정이에요',
    title: '계정이 삭제될 예정이에요',
    what: '{brand} 계정 삭제를 요청하셨어요. 이제 아무도 이 계정을 쓸 수 없고, 모든 기기에서 로그아웃됐어요.',
    until: '완전히 삭제되는 때: {until}',
    undo: '본인이 아니거나 마음이 바뀌었나요? 그때까지는 되돌릴 수 있어요.',
    undo_label: '계정 유지하기',
  },
  deletion_done: {
    subject: '[{brand}] 계정이 삭제됐어요',
    title: '계정이 삭제됐어요',
    what: '요청하신 대로 {brand} 계정과 그 안의 정보를 모두 삭제했어요. 계정에서 있었던 일의 기록은 이름과 주소 없이 얼마 동안 남아요.',
    again: '이 메일이 마지막이에요. 언제든지 다시 가입할 수 있어요.',
  },
};
