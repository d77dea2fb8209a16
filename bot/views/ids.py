"""Every id that a button, an input or a view carries. Append only: an id is a promise to messages already posted.

``name.vN``, matched exactly; what stands several times carries ":" and the line's id or its place behind it, since
ids are unique within a message or view. A test dispatches each of them.
"""

# Buttons and menus in messages. The value is an id (of an invoice, a search, a contact, an operation), nothing else.
CARD = "invoice.card.v1"
CARD_PICK = "invoice.pick.v1"
SHARE = "invoice.share.v1"
SEND = "invoice.send.v1"
PAY = "invoice.pay.v1"
EDIT = "invoice.edit.v1"
ADD = "invoice.add.v1"
VOID = "invoice.void.v1"
OPEN_SYNCRO = "invoice.open.v1"
NEW = "invoice.new.v1"
FIND_PAGE = "find.page.v1"
CUSTOMER_CARD = "customer.card.v1"
CUSTOMER_PICK = "customer.pick.v1"
OVERDUE_PAGE = "overdue.page.v1"
OVERDUE_BOARD = "overdue.board.v1"
CHECK_AGAIN = "operation.check.v1"
IT_HAPPENED = "operation.happened.v1"
IT_DID_NOT = "operation.did_not.v1"
DID_YOU_MEAN = "command.did_you_mean.v1"
HELP = "command.help.v1"

# Views (callback ids).
VIEW_LOADING = "loading.v1"
VIEW_NEW = "new.form.v1"
VIEW_NEW_REVIEW = "new.review.v1"
VIEW_PAY = "pay.form.v1"
VIEW_SEND = "send.form.v1"
VIEW_EDIT = "edit.form.v1"
VIEW_ADD = "add.form.v1"
VIEW_VOID = "void.form.v1"
VIEW_WORKING = "working.v1"
VIEW_OUTCOME = "outcome.v1"
VIEW_PAY_WHICH = "pay.which.v1"

# Inputs and buttons inside views (action ids). Block ids are BLOCK + action id, plus ":" and a line's id or a
# counter where we set the value ourselves.
IN_CUSTOMER = "in.customer.v1"
IN_DATE = "in.date.v1"
IN_DUE = "in.due.v1"
IN_TERMS = "in.terms.v1"
IN_NOTES = "in.notes.v1"
IN_LINE_NAME = "in.line_name.v1"
IN_LINE_QUANTITY = "in.line_quantity.v1"
IN_LINE_PRICE = "in.line_price.v1"
IN_LINE_TAXABLE = "in.line_taxable.v1"
IN_LINE_PRODUCT = "in.line_product.v1"
LINE_ADD = "line.add.v1"
LINE_REMOVE = "line.remove.v1"
IN_AMOUNT = "in.amount.v1"
IN_METHOD = "in.method.v1"
IN_REFERENCE = "in.reference.v1"
IN_TO = "in.to.v1"
IN_CC = "in.cc.v1"
IN_SUBJECT = "in.subject.v1"
IN_MESSAGE = "in.message.v1"
IN_REASON = "in.reason.v1"
IN_ANYWAY = "in.anyway.v1"
IN_NUMBER = "in.number.v1"

# Shortcuts.
SHORTCUT_NEW = "shortcut.new.v1"
SHORTCUT_PAY = "shortcut.pay.v1"

# Two paging buttons stand in one row, and ids in a row must differ: these go back where FIND_PAGE and OVERDUE_PAGE
# go on. The value is the same, "SEARCHID:PAGE".
FIND_BACK = "find.back.v1"
OVERDUE_BACK = "overdue.back.v1"

# The answer to "which one?": the command goes on with what is chosen. The value is "QUESTIONID:KIND ID".
ANSWER = "question.answer.v1"

# One payment over several invoices. A share's input carries ":" and the invoice's id behind its own.
VIEW_PAY_MANY = "pay.many.v1"
VIEW_PAY_MANY_AGAIN = "pay.many.again.v1"
PAY_SPREAD = "pay.spread.v1"
IN_SHARE = "in.share.v1"

# Holds. The value of HOLD_END is the hold's id; it stands once for each open hold.
PROMISE = "invoice.promise.v1"
DISPUTE = "invoice.dispute.v1"
SAYS_PAID = "invoice.says_paid.v1"
SNOOZE = "invoice.snooze.v1"
HOLD_END = "hold.end.v1"
VIEW_PROMISE = "hold.promise.form.v1"
VIEW_DISPUTE = "hold.dispute.form.v1"
VIEW_SAYS_PAID = "hold.says_paid.form.v1"
VIEW_SNOOZE = "hold.snooze.form.v1"
VIEW_HOLD_END = "hold.end.form.v1"
IN_UNTIL = "in.until.v1"
IN_SAID_BY = "in.said_by.v1"

# Proposals of the ladder. The value of APPROVE_ALL is the list's id, of the others the contact's; PROPOSAL_APPROVE's
# has ":" and the version that was seen behind it.
PROPOSAL_APPROVE = "proposal.approve.v1"
PROPOSAL_OPEN = "proposal.open.v1"
PROPOSAL_SKIP = "proposal.skip.v1"
PROPOSAL_APPROVE_ALL = "proposal.approve_all.v1"
VIEW_LETTER = "proposal.letter.form.v1"
VIEW_PROPOSAL_SKIP = "proposal.skip.form.v1"

# Mails that a person sends, and reminding by hand. The values are ids of a contact, and of an invoice.
TASK_SHOW = "task.show.v1"
TASK_DONE = "task.done.v1"
OPEN_MAIL = "task.mailto.v1"
REMIND = "invoice.remind.v1"
VIEW_REMIND = "remind.form.v1"
VIEW_MAIL = "task.mail.v1"

# A payment plan in the form of a promise: an instalment a line.
IN_INSTALMENTS = "in.instalments.v1"

# A customer's card: the value is the customer's id. The menu of OVERDUE_ONLY has values "SEARCHID:ONLY".
CALL_LOG = "customer.call.v1"
ASSIGN = "customer.assign.v1"
CUSTOMER_DISPUTE = "customer.dispute.v1"
CUSTOMER_SNOOZE = "customer.snooze.v1"
DO_NOT_CONTACT = "customer.do_not_contact.v1"
OVERDUE_ONLY = "overdue.only.v1"
VIEW_CALL = "call.form.v1"
VIEW_ASSIGN = "assign.form.v1"
VIEW_CUSTOMER_DISPUTE = "hold.customer_dispute.form.v1"
VIEW_CUSTOMER_SNOOZE = "hold.customer_snooze.form.v1"
VIEW_DO_NOT_CONTACT = "hold.do_not_contact.form.v1"
VIEW_HOLD_WHICH = "hold.which.form.v1"
VIEW_FROM_MESSAGE = "hold.message.form.v1"
IN_OUTCOME = "in.outcome.v1"
IN_NEXT_ON = "in.next_on.v1"
IN_OWNER = "in.owner.v1"
IN_INVOICE = "in.invoice.v1"
IN_ABOUT = "in.about.v1"
IN_KIND = "in.kind.v1"
SHORTCUT_MESSAGE = "shortcut.message.v1"

# App Home's way to what waits for an approver.
HOME_PROPOSALS = "home.proposals.v1"

# Late fees. The value of FEE_APPROVE_ALL is the list's id, of the others the fee's.
FEE_APPROVE = "late_fee.approve.v1"
FEE_SKIP = "late_fee.skip.v1"
FEE_APPROVE_ALL = "late_fee.approve_all.v1"

# Promises, and claims to have paid, of all that a customer owes.
CUSTOMER_PROMISE = "customer.promise.v1"
CUSTOMER_SAYS_PAID = "customer.says_paid.v1"
VIEW_CUSTOMER_PROMISE = "hold.customer_promise.form.v1"
VIEW_CUSTOMER_SAYS_PAID = "hold.customer_says_paid.form.v1"

# Requests for somebody else's word. The values are the request's id.
APPROVAL_APPROVE = "approval.approve.v1"
APPROVAL_COMMENT = "approval.comment.v1"
APPROVAL_REJECT = "approval.reject.v1"
APPROVAL_WITHDRAW = "approval.withdraw.v1"
APPROVAL_SHOW = "approval.show.v1"
VIEW_APPROVAL_COMMENT = "approval.comment.form.v1"
VIEW_APPROVAL_REJECT = "approval.reject.form.v1"
