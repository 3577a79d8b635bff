namespace Stiefel.Server.Desktops;

/// <summary>The machine that asks for the disk, as it said in a sealed request.</summary>
/// <param name="Machine">The machine's number, 64 hexadecimal digits; empty if it has none of its own.</param>
/// <param name="Boot">The number of this run of its kernel, 32 hexadecimal digits.</param>
/// <param name="HelloAt">When its session began, by <see cref="Environment.TickCount64"/>.</param>
public sealed record DesktopIdentity(string Machine, string Boot, long HelloAt)
{
    /// <summary>A machine that did not say, because its stick is older.</summary>
    public static DesktopIdentity Unknown { get; } = new("", "", 0);
}
