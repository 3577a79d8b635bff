using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

/// <summary>The result of the handshake.</summary>
/// <param name="Export">The export that the client chose.</param>
/// <param name="Format">The format of requests and replies.</param>
/// <param name="HasBaseAllocation">True if the client selected the metadata context base:allocation.</param>
internal sealed record NegotiatedSession(NbdExport Export, ReplyFormat Format, bool HasBaseAllocation);
