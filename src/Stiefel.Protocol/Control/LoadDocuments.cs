namespace Stiefel.Protocol.Control;

/// <summary>Tells how much the disk was used lately: the answer of GET /api/v1/load.</summary>
/// <param name="Minute">One sample for each second of the last minute, oldest first.</param>
/// <param name="Hour">One sample for every ten seconds of the last hour, oldest first.</param>
public sealed record LoadStatus(IReadOnlyList<LoadSample> Minute, IReadOnlyList<LoadSample> Hour);

/// <summary>Tells how much the disk was used during a stretch of time.</summary>
/// <param name="At">The end of the stretch, by the laptop's clock.</param>
/// <param name="ReadBytes">Bytes that desktops read, per second.</param>
/// <param name="WrittenBytes">Bytes that desktops wrote, per second.</param>
/// <param name="Requests">Requests served, per second.</param>
/// <param name="LatencyMs">The mean time of disk and reply for one request, in milliseconds; null if no request was measured.</param>
/// <param name="UnwrittenBytes">Bytes that wait in the laptop's memory for their medium at the end of the stretch; null if the kernel does not tell.</param>
/// <param name="Celsius">The temperature of the laptop's hottest sensor at the end of the stretch; null if it has no sensor.</param>
public sealed record LoadSample(DateTimeOffset At, double ReadBytes, double WrittenBytes, double Requests, double? LatencyMs, long? UnwrittenBytes, int? Celsius);
