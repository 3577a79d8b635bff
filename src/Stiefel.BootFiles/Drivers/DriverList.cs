namespace Stiefel.BootFiles.Drivers;

/// <summary>The modules that <see cref="DriverArchive"/> wrote, and those it left out.</summary>
/// <param name="Files">`NNNN-NAME.ko` in load order.</param>
/// <param name="LeftOut">One line, with the reason, for each module that could not be read.</param>
public sealed record DriverList(List<string> Files, List<string> LeftOut);
