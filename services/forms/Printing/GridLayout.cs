using System.Collections.Immutable;

namespace Yibao.Forms.Printing;

/// <summary>Where the cells of a table lie once spans are counted. A table whose spans leave a hole or stick out is a mistake in the form.</summary>
internal static class GridLayout
{
    internal sealed record Placed(Cell Cell, int Row, int Column);

    /// <exception cref="InvalidOperationException">A hole, an overlap, or a row that is too long.</exception>
    public static ImmutableArray<Placed> Place(Part.Grid grid, int columns)
    {
        var taken = new bool[grid.Rows.Length, columns];
        var placed = ImmutableArray.CreateBuilder<Placed>();
        for (var row = 0; row < grid.Rows.Length; row++)
        {
            var column = 0;
            foreach (var cell in grid.Rows[row].Cells)
            {
                while (column < columns && taken[row, column]) column++;
                if (cell.Columns < 1 || cell.Rows < 1 || column + cell.Columns > columns || row + cell.Rows > grid.Rows.Length)
                    throw new InvalidOperationException($"Row {row + 1}: the cell '{cell.Printed}' sticks out of a table of {columns} columns.");
                for (var r = row; r < row + cell.Rows; r++)
                {
                    for (var c = column; c < column + cell.Columns; c++)
                    {
                        if (taken[r, c]) throw new InvalidOperationException($"Row {r + 1}: the cell '{cell.Printed}' overlaps another.");
                        taken[r, c] = true;
                    }
                }

                placed.Add(new Placed(cell, row, column));
                column += cell.Columns;
            }

            for (var c = 0; c < columns; c++)
            {
                if (!taken[row, c]) throw new InvalidOperationException($"Row {row + 1}: column {c + 1} of {columns} is not filled.");
            }
        }

        return placed.ToImmutable();
    }
}
