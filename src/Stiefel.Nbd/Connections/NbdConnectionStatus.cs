using System.Net;

namespace Stiefel.Nbd.Connections;

/// <summary>One connection in transmission, as status pages show it.</summary>
/// <param name="Remote">The client.</param>
/// <param name="ExportName">The name it asked for; a capability where access is by session: never show it.</param>
/// <param name="Label">What to show.</param>
/// <param name="BytesIn">Payload bytes written by the client.</param>
/// <param name="BytesOut">Payload bytes read by the client.</param>
/// <param name="Requests">Requests served.</param>
/// <param name="Since">When transmission began.</param>
public sealed record NbdConnectionStatus(
    EndPoint Remote,
    string ExportName,
    string Label,
    long BytesIn,
    long BytesOut,
    long Requests,
    DateTimeOffset Since);
