namespace Stiefel.BootFiles.Drivers;

/// <summary>What <see cref="DriverArchive"/> wrote.</summary>
/// <param name="Files">`NNNN-NAME.ko` in load order.</param>
/// <param name="LeftOut">One line, with the reason, for each module that could not be read.</param>
public sealed record DriverList(List<string> Files, List<string> LeftOut);
