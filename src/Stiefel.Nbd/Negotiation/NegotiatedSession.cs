using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

/// <summary>What the handshake settled on.</summary>
/// <param name="Export">What is served.</param>
/// <param name="Format">How requests and replies look.</param>
/// <param name="HasBaseAllocation">The client selected the context base:allocation.</param>
internal sealed record NegotiatedSession(NbdExport Export, ReplyFormat Format, bool HasBaseAllocation);
