using System.Net;

namespace Stiefel.Nbd.Connections;

/// <summary>One connection in transmission, as status pages show it.</summary>
/// <param name="Remote">The client's end point.</param>
/// <param name="ExportName">The export name that the client asked for. Never show it: with session access the name is a capability.</param>
/// <param name="Label">The text to show instead of the name.</param>
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
