"""The portal's labels of Graph's values. A value that is not here is shown as words (`Language.term`)."""

from collections.abc import Mapping
from types import MappingProxyType

from cards.language import mark

Labels = Mapping[str, str]


def _table(**labels: str) -> Labels:
    return MappingProxyType(labels)


SEVERITIES = _table(
    informational=mark("Informational"), low=mark("Low"), medium=mark("Medium"), high=mark("High"),
)  # fmt: skip

STATUSES = _table(new=mark("New"), inProgress=mark("In progress"), resolved=mark("Resolved"))

SIGNALS = _table(firing=mark("Firing"), cleared=mark("Cleared"))

CLASSIFICATIONS = _table(
    notSet=mark("Not set"),
    truePositive=mark("True positive"),
    informationalExpectedActivity=mark("Informational, expected activity"),
    falsePositive=mark("False positive"),
)

#: Defender's guidance, a line each.
GUIDANCE = _table(
    truePositive=mark("The alert accurately indicates a real threat. Say what kind, to see patterns and act on them."),
    informationalExpectedActivity=mark(
        "Accurate, but normal or simulated activity: security tests, red teams, trusted apps and users."
    ),
    falsePositive=mark("A false alarm: nothing malicious happened, and you do not want to see it again."),
)

DETERMINATIONS = _table(
    multiStagedAttack=mark("Multistage attack"),
    maliciousUserActivity=mark("Malicious user activity"),
    compromisedAccount=mark("Compromised account"),
    malware=mark("Malware"),
    phishing=mark("Phishing"),
    unwantedSoftware=mark("Unwanted software"),
    securityTesting=mark("Security test"),
    lineOfBusinessApplication=mark("Line-of-business application"),
    confirmedActivity=mark("Confirmed activity"),
    notMalicious=mark("Not malicious"),
    notEnoughDataToValidate=mark("Not enough data to validate"),
    other=mark("Other"),
    apt=mark("APT"),
    securityPersonnel=mark("Security personnel"),
)

#: Short, because they stand on the card's narrowest line.
#: What an alert is part of, by its letters alone: MITRE's tactics and what Defender has beside them.
CATEGORIES = _table(
    reconnaissance=mark("Reconnaissance"),
    resourcedevelopment=mark("Resource development"),
    initialaccess=mark("Initial access"),
    execution=mark("Execution"),
    persistence=mark("Persistence"),
    privilegeescalation=mark("Privilege escalation"),
    defenseevasion=mark("Defense evasion"),
    credentialaccess=mark("Credential access"),
    discovery=mark("Discovery"),
    lateralmovement=mark("Lateral movement"),
    collection=mark("Collection"),
    commandandcontrol=mark("Command and control"),
    exfiltration=mark("Exfiltration"),
    impact=mark("Impact"),
    malware=mark("Malware"),
    ransomware=mark("Ransomware"),
    exploit=mark("Exploit"),
    unwantedsoftware=mark("Unwanted software"),
    suspiciousactivity=mark("Suspicious activity"),
)

SERVICES = _table(
    microsoftDefenderForEndpoint=mark("Endpoint"),
    microsoftDefenderForIdentity=mark("Identity"),
    microsoftDefenderForCloudApps=mark("Cloud Apps"),
    microsoftDefenderForOffice365=mark("Office 365"),
    microsoft365Defender=mark("Defender XDR"),
    azureAdIdentityProtection=mark("Entra ID Protection"),
    microsoftAppGovernance=mark("App governance"),
    dataLossPrevention=mark("Data loss prevention"),
    microsoftDefenderForCloud=mark("Defender for Cloud"),
    microsoftSentinel=mark("Sentinel"),
    microsoftInsiderRiskManagement=mark("Insider risk"),
    microsoftThreatIntelligence=mark("Threat intelligence"),
    microsoftSecurityForAI=mark("Security for AI"),
)

SOURCES = _table(
    graph=mark("Microsoft Defender XDR"), alertmanager=mark("Alertmanager"), grafana=mark("Grafana"),
    sentinel=mark("Microsoft Sentinel"), generic=mark("Other source"), teams=mark("Teams"),
)  # fmt: skip

PERMISSION_ROLES = _table(
    reader=mark("Reader"), responder=mark("Responder"), administrator=mark("Administrator")
)  # fmt: skip

DETECTIONS = _table(
    microsoftDefenderForEndpoint=mark("EDR"),
    antivirus=mark("Antivirus"),
    smartScreen=mark("SmartScreen"),
    customTi=mark("Custom threat intelligence"),
    microsoftDefenderForOffice365=mark("Office 365"),
    automatedInvestigation=mark("Automated investigation"),
    microsoftThreatExperts=mark("Defender Experts"),
    customDetection=mark("Custom detection"),
    microsoftDefenderForIdentity=mark("Identity"),
    cloudAppSecurity=mark("Cloud Apps"),
    microsoft365Defender=mark("Defender XDR"),
    azureAdIdentityProtection=mark("Entra ID Protection"),
    manual=mark("Manual"),
    microsoftDataLossPrevention=mark("Data loss prevention"),
    appGovernancePolicy=mark("App governance policy"),
    appGovernanceDetection=mark("App governance detection"),
    microsoftDefenderForCloud=mark("Defender for Cloud"),
    microsoftDefenderForIoT=mark("Defender for IoT"),
    microsoftDefenderForServers=mark("Defender for Servers"),
    microsoftDefenderForStorage=mark("Defender for Storage"),
    microsoftDefenderForDNS=mark("Defender for DNS"),
    microsoftDefenderForDatabases=mark("Defender for Databases"),
    microsoftDefenderForContainers=mark("Defender for Containers"),
    microsoftDefenderForNetwork=mark("Defender for Network"),
    microsoftDefenderForAppService=mark("Defender for App Service"),
    microsoftDefenderForKeyVault=mark("Defender for Key Vault"),
    microsoftDefenderForResourceManager=mark("Defender for Resource Manager"),
    microsoftDefenderForApiManagement=mark("Defender for API Management"),
    nrtAlerts=mark("Near-real-time rule"),
    scheduledAlerts=mark("Scheduled rule"),
    microsoftDefenderThreatIntelligenceAnalytics=mark("Threat intelligence analytics"),
    builtInMl=mark("Built-in machine learning"),
    microsoftInsiderRiskManagement=mark("Insider risk"),
    microsoftThreatIntelligence=mark("Threat intelligence"),
    microsoftDefenderForAIServices=mark("Defender for AI services"),
    securityCopilot=mark("Security Copilot"),
    microsoftSentinel=mark("Sentinel"),
)

INVESTIGATIONS = _table(
    terminated=mark("Terminated"),
    successfullyRemediated=mark("Remediated"),
    benign=mark("No threats found"),
    failed=mark("Failed"),
    partiallyRemediated=mark("Partially remediated"),
    running=mark("Running"),
    pendingApproval=mark("Pending approval"),
    pendingResource=mark("Waiting for the device"),
    queued=mark("Queued"),
    innerFailure=mark("Failed"),
    preexistingAlert=mark("Pre-existing alert"),
    unsupportedOs=mark("Unsupported OS"),
    unsupportedAlertType=mark("Unsupported alert type"),
    suppressedAlert=mark("Suppressed alert"),
    partiallyInvestigated=mark("Partially investigated"),
    terminatedByUser=mark("Stopped by a user"),
    terminatedBySystem=mark("Stopped by the system"),
)

VERDICTS = _table(
    unknown=mark("No verdict"),
    suspicious=mark("Suspicious"),
    malicious=mark("Malicious"),
    noThreatsFound=mark("No threats found"),
)

REMEDIATIONS = _table(
    none=mark("Not remediated"), remediated=mark("Remediated"), prevented=mark("Prevented"), blocked=mark("Blocked"),
    notFound=mark("Not found"), active=mark("Active"), pendingApproval=mark("Pending approval"),
    declined=mark("Declined"), unremediated=mark("Not remediated"), running=mark("Running"),
    partiallyRemediated=mark("Partially remediated"),
)  # fmt: skip

ROLES = _table(
    contextual=mark("Contextual"), scanned=mark("Scanned"), source=mark("Source"), destination=mark("Destination"),
    created=mark("Created"), added=mark("Added"), compromised=mark("Compromised"), edited=mark("Edited"),
    attacked=mark("Attacked"), attacker=mark("Attacker"), commandAndControl=mark("Command and control"),
    loaded=mark("Loaded"), suspicious=mark("Suspicious"), policyViolator=mark("Policy violator"),
    trigger=mark("Trigger"),
)  # fmt: skip

#: Headings of groups of evidence.
KINDS = _table(
    device=mark("Devices"),
    user=mark("Users"),
    mailbox=mark("Mailboxes"),
    process=mark("Processes"),
    file=mark("Files"),
    fileHash=mark("File hashes"),
    ip=mark("IP addresses"),
    url=mark("URLs"),
    dns=mark("Domains"),
    analyzedMessage=mark("Emails"),
    mailCluster=mark("Email clusters"),
    submissionMail=mark("Submitted emails"),
    teamsMessage=mark("Teams messages"),
    mailboxConfiguration=mark("Mailbox settings"),
    cloudApplication=mark("Cloud apps"),
    oauthApplication=mark("OAuth apps"),
    servicePrincipal=mark("Service principals"),
    securityGroup=mark("Security groups"),
    registryKey=mark("Registry keys"),
    registryValue=mark("Registry values"),
    malware=mark("Malware"),
    scheduledTask=mark("Scheduled tasks"),
    amsiScript=mark("Scripts"),
    wmiEvent=mark("WMI events"),
    networkConnection=mark("Network connections"),
    azureResource=mark("Azure resources"),
    amazonResource=mark("AWS resources"),
    googleCloudResource=mark("Google Cloud resources"),
    cloudLogonSession=mark("Cloud sign-in sessions"),
    cloudLogonRequest=mark("Cloud sign-in requests"),
    hostLogonSession=mark("Sign-in sessions"),
    kubernetesCluster=mark("Kubernetes clusters"),
    kubernetesNamespace=mark("Kubernetes namespaces"),
    kubernetesPod=mark("Kubernetes pods"),
    kubernetesController=mark("Kubernetes controllers"),
    kubernetesServiceAccount=mark("Kubernetes service accounts"),
    container=mark("Containers"),
    containerImage=mark("Container images"),
    containerRegistry=mark("Container registries"),
    blob=mark("Blobs"),
    blobContainer=mark("Blob containers"),
    ioTDevice=mark("IoT devices"),
    gitHubOrganization=mark("GitHub organizations"),
    gitHubRepo=mark("GitHub repositories"),
    gitHubUser=mark("GitHub users"),
    activeDirectoryDomain=mark("Active Directory domains"),
    aiAgent=mark("AI agents"),
)

FIELDS = _table(
    title=mark("Title"), severity=mark("Severity"), status=mark("Status"), signal=mark("Signal"),
    classification=mark("Classification"), determination=mark("Determination"), assignee=mark("Assigned to"),
    incident=mark("Incident"), incident_reason=mark("Why in it"), tags=mark("Tags"), paged=mark("Paged"),
    source_tags=mark("Source's tags"),
    investigation_state=mark("Investigation"), service_source=mark("Service"), detection_source=mark("Detected by"),
    category=mark("Category"), alert_type=mark("Alert type"), product=mark("Product"), threat=mark("Threat"),
    threat_actor=mark("Threat actor"), mitre=mark("Techniques"), created_at=mark("Created"),
    first_activity=mark("First activity"), last_activity=mark("Last activity"), evidence_count=mark("Evidence"),
    alert_url=mark("Link"), incident_url=mark("Incident link"), documentation_url=mark("Documentation"),
    hidden=mark("Hidden"), silenced_until=mark("Silenced until"),
)  # fmt: skip

#: What two alerts share.
SHARED = _table(
    rule=mark("rule"),
    type=mark("alert type"),
    category=mark("category"),
    site=mark("site"),
    technique=mark("technique"),
    threat=mark("threat"),
    host=mark("host"),
    user=mark("account"),
    address=mark("address"),
    file=mark("file"),
    domain=mark("domain"),
    url=mark("URL"),
    mailbox=mark("mailbox"),
    application=mark("application"),
    resource=mark("resource"),
    process=mark("process"),
    registry=mark("registry entry"),
    message=mark("message"),
    label=mark("label"),
    other=mark("evidence"),
)

#: Verdicts within a sentence.
JUDGED = _table(
    truePositive=mark("true positive"),
    informationalExpectedActivity=mark("expected activity"),
    falsePositive=mark("false positive"),
)

#: What a source advises, in the order in which it is done.
PHASES = _table(
    investigation=mark("Investigate"),
    remediation=mark("Remediate"),
    prevention=mark("Prevent"),
    other=mark("Also advised"),
)
