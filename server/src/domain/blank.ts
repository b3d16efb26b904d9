import { firstLeadStatus, type JoinedKind, type ObjectKinds, userStates } from './objects.ts';

const stranger = { name: '', email: '', phones: [], accounts: [], removed: false, main: false, details: {} } as const;
const undated = { createdBy: null, createdAt: null, updatedAt: null, editedAt: null } as const;

/** What an object has of which nothing more is known than its id. */
export const blank: { readonly [K in JoinedKind]: (id: number) => ObjectKinds[K] } = {
  company: (companyId) => ({
    ...undated,
    companyId,
    name: '',
    removed: false,
    serialId: '',
    groupId: null,
    ownerIds: [],
    archivedAt: null,
    nextFollowUpAt: null,
    details: {},
  }),
  contact: (contactId) => ({ ...stranger, contactId, companyId: null }),
  leadContact: (contactId) => ({ ...stranger, contactId, leadId: null }),
  lead: (leadId) => ({
    ...undated,
    leadId,
    name: '',
    serialId: '',
    ownerIds: [],
    status: firstLeadStatus,
    companyId: null,
    archivedAt: null,
    nextFollowUpAt: null,
    details: {},
  }),
  opportunity: (opportunityId) => ({
    ...undated,
    opportunityId,
    name: '',
    companyId: null,
    removed: false,
    serialId: '',
    mainUserId: null,
    nextFollowUpAt: null,
    details: {},
  }),
  user: (userId) => ({ userId, nickname: '', avatar: '', email: '', state: userStates.normal, details: {} }),
  file: (fileId) => ({
    fileId,
    name: '',
    size: 0,
    path: '',
    previewUrl: '',
    mediaType: '',
    digest: '',
    width: 0,
    height: 0,
  }),
};
