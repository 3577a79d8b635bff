using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>A section of an EFI program: its name and a range of bytes that is known to lie within the file.</summary>
internal readonly record struct ExecutableSection(string Name, long Offset, long Length)
{
    /// <exception cref="InvalidDataException">The section reaches beyond the end of the file.</exception>
    public static ExecutableSection In(TreeFile file, SectionHeader header) =>
        header.ContentLength == 0 || header.RawOffset + header.ContentLength <= file.Length
            ? new ExecutableSection(header.Name, header.RawOffset, header.ContentLength)
            : throw new InvalidDataException($"{file.Path}: section {BootEntry.OneLine(header.Name)} reaches beyond the end of the file");
}
