namespace Stiefel.EndToEnd.Native;

/// <summary>A request as it crosses the cable.</summary>
internal sealed record Asked(string Path, byte[] Body);

/// <summary>An answer as it crosses the cable.</summary>
/// <param name="Status">The HTTP status code.</param>
/// <param name="Body">The bytes of the body that arrive.</param>
/// <param name="Headers">All headers that the laptop sent, except the date.</param>
/// <param name="Missing">The number of bytes that are announced but not sent, because the connection breaks there.</param>
internal sealed record Answered(int Status, byte[] Body, string Headers = "", int Missing = 0);
