namespace Stiefel.EndToEnd.Native;

/// <summary>A request as it crosses the cable.</summary>
internal sealed record Asked(string Path, byte[] Body);

/// <summary>An answer as it crosses the cable.</summary>
/// <param name="Status">The status code of HTTP.</param>
/// <param name="Body">What arrives of it.</param>
/// <param name="Headers">All that the laptop sent but the date.</param>
/// <param name="Missing">Bytes that are announced but never come: the connection breaks there.</param>
internal sealed record Answered(int Status, byte[] Body, string Headers = "", int Missing = 0);
